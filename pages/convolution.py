"""The convolution lesson: a kernel slides over an input, and every number can be asked where it comes from."""

import streamlit as st

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
from cnnviz.ui.frame.header import open_page


@fragment
def sandbox() -> None:
    """Picture, controls and explanation. The picture is drawn first: it is what the learner waits for."""
    source = current_input()
    settle_weights(source.channels)
    operation = current_operation(source)
    example, kind = st.columns(2, gap="large")
    with st.container():
        draw(operation, source)
    with example:
        choose_example(example_of(operation))
    with kind:
        choose_operation()
    input_column, kernel_column, settings_column = st.columns(3, gap="large")
    with settings_column:
        choose_settings()
    with kernel_column:
        if at("operation") not in POOLING:
            choose_kernel()
    with input_column:
        choose_input(source)
    if isinstance(operation, Operation):
        explain(operation)
        with expander(say("The same in PyTorch"), "pytorch", "🔥"):
            if at("pytorch"):
                same_in_pytorch(operation, source.expression)
    with expander(say("Learn this kernel"), "learn", "🎯"):
        if at("learn"):
            learning_section(operation)


open_page(
    say("Convolution"),
    say("A small kernel slides over the input. At each stop, products are added to one number."),
    CONTROLS,
)
sandbox()
with expander(say("Stack layers"), "stacked", "🗼"):
    if at("stacked"):
        stack_section()
