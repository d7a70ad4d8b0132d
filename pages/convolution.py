"""The convolution lesson: a kernel slides over an input, and every number can be asked where it comes from."""

import streamlit as st

from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import POOLING
from cnnviz.language import say
from cnnviz.ui.convolution.inputs import Input, choose_input, current_input
from cnnviz.ui.convolution.kernels import choose_kernel, settle_weights
from cnnviz.ui.convolution.learning import learning_section
from cnnviz.ui.convolution.operation import current_operation, draw, example_of, explain, same_in_pytorch
from cnnviz.ui.convolution.settings import choose_example, choose_more, choose_motion, choose_operation
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
        choose_motion()
        in_tabs(source)
    if isinstance(operation, Operation):
        with places.below:
            explain(operation)
        with expander(say("The same in PyTorch"), "pytorch", ":material/code:"):
            if at("pytorch"):
                same_in_pytorch(operation, source.expression)
    with expander(say("Learn this kernel"), "learn", ":material/target:"):
        if at("learn"):
            learning_section(operation)


def in_tabs(source: Input) -> None:
    """What is changed less often than how the kernel moves."""
    of_input, of_kernel, more = st.tabs([say("Input"), say("Kernel"), say("More")])
    with of_input:
        choose_input(source)
    with of_kernel:
        if at("operation") in POOLING:
            st.caption(say("A pooling has no kernel."))
        else:
            choose_kernel()
    with more:
        choose_more()


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
