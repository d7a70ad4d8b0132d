"""The convolution lesson: a kernel slides over an input, and every number can be asked where it comes from."""

from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import POOLING
from cnnviz.language import say
from cnnviz.ui.convolution.inputs import choose_input, current_input
from cnnviz.ui.convolution.kernels import choose_kernel, settle_weights
from cnnviz.ui.convolution.learning import learning_section
from cnnviz.ui.convolution.operation import current_operation, draw, example_of, explain, same_in_pytorch
from cnnviz.ui.convolution.settings import choose_example, choose_operation, choose_settings
from cnnviz.ui.convolution.stack import stack_section
from cnnviz.ui.convolution.table import CONTROLS
from cnnviz.ui.frame.address import at, fragment
from cnnviz.ui.frame.controls import expander
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.view import view


@fragment
def sandbox() -> None:
    """Picture, controls and explanation. The picture is drawn first: it is what the learner waits for."""
    source = current_input()
    settle_weights(source.channels)
    operation = current_operation(source)
    places = view()
    with places.figure:
        draw(operation, source)
    with places.knobs:
        choose_example(example_of(operation))
        choose_operation()
        choose_settings()
        if at("operation") not in POOLING:
            choose_kernel()
        choose_input(source)
    if isinstance(operation, Operation):
        explain(operation)
        with expander(say("The same in PyTorch"), "pytorch", ":material/code:"):
            if at("pytorch"):
                same_in_pytorch(operation, source.expression)
    with expander(say("Learn this kernel"), "learn", ":material/target:"):
        if at("learn"):
            learning_section(operation)


open_page(
    say("Convolution"),
    say("A small kernel slides over the input. At each stop, products are added to one number."),
    CONTROLS,
)
sandbox()
with expander(say("Stack layers"), "stacked", ":material/layers:"):
    if at("stacked"):
        stack_section()
end_page()
