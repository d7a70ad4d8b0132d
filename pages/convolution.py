"""The convolution lesson: a kernel slides over an input, and every number can be asked where it comes from."""

import streamlit as st

from cnnviz.convolution import POOLING, Operation
from cnnviz.ui.header import open_page
from cnnviz.ui.sandbox.inputs import choose_input, read
from cnnviz.ui.sandbox.kernels import choose_kernel
from cnnviz.ui.sandbox.learning import learning_section
from cnnviz.ui.sandbox.operation import draw, example_of, explain, put_together
from cnnviz.ui.sandbox.settings import choose_example, choose_operation, choose_settings
from cnnviz.ui.sandbox.stack import stack_section

open_page("Convolution", "A small kernel slides over the input. At each stop, products are added to one number.")
example, operation_place = st.columns(2, gap="large")
picture = st.container()
input_column, kernel_column, settings_column = st.columns(3, gap="large")
with input_column:
    source = choose_input()
    image = read(source)
with operation_place:
    kind = choose_operation()
with settings_column:
    settings = choose_settings(kind)
with kernel_column:
    kernel = None if kind in POOLING else choose_kernel(image)
operation = put_together(image, kernel, settings)
with example:
    choose_example(example_of(operation))
with picture:
    draw(operation, image)
if isinstance(operation, Operation):
    explain(operation, source)

with st.expander("Learn this kernel", key="learn", on_change="rerun", bind="query-params", icon="🎯") as learn:
    if learn.open and isinstance(operation, Operation):
        learning_section(operation)
with st.expander("Stack layers", key="stacked", on_change="rerun", bind="query-params", icon="🗼") as stacked:
    if stacked.open:
        stack_section()
