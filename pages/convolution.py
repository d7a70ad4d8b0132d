"""The convolution lesson: a kernel slides over an input, and every number can be asked where it comes from."""

import streamlit as st

from cnnviz.convolution_check import largest_difference, snippet
from cnnviz.settings import Refusal
from cnnviz.ui.components.convolution_view import convolution_view
from cnnviz.ui.convolution_controls import (
    Input,
    choose_bias,
    choose_example,
    choose_input,
    choose_kernel,
    choose_steps,
    convolution_of,
    offer_remedy,
)
from cnnviz.ui.convolution_words import (
    dense_sum,
    layer_of,
    multiply_adds_sum,
    parameters_sum,
    size_formula,
    unused_sentence,
)
from cnnviz.ui.header import open_page


def explain(convolution, source: Input) -> None:
    """What stands below the picture: sizes, costs, the same in PyTorch."""
    rows, columns = convolution.axes
    layer = layer_of(convolution)
    size, cost = st.columns(2)
    with size:
        st.subheader("Size of the output")
        st.latex(r"\left\lfloor\frac{n + 2p - d\,(k-1) - 1}{s}\right\rfloor + 1")
        st.latex(size_formula(rows, "H"))
        st.latex(size_formula(columns, "W"))
        st.markdown(unused_sentence(convolution.axes))
    with cost:
        st.subheader("What it costs")
        st.markdown(f"Weights {layer.weight_shape}: output channels, input channels, rows, columns.")
        st.markdown(parameters_sum(layer))
        st.markdown(multiply_adds_sum(layer))
        st.markdown(f"A dense layer of the same shape: {dense_sum(layer)}")
    st.subheader("The same in PyTorch")
    st.code(snippet(convolution, source.expression), language="python", height=260)
    st.caption(f"Checked against PyTorch: largest difference {largest_difference(convolution):.1g}")


open_page("Convolution", "A small kernel slides over the input. At each stop, products are added to one number.")
example, picture, words = st.container(), st.container(), st.container()
input_column, kernel_column, settings_column = st.columns(3, gap="large")
below = st.container()
with input_column:
    source = choose_input()
with kernel_column:
    kernel = choose_kernel()
with settings_column:
    steps = choose_steps()
    bias = choose_bias()
try:
    convolution = convolution_of(source, kernel, steps, bias)
except Refusal as refusal:
    with picture:
        offer_remedy(refusal)
else:
    with picture:
        convolution_view(convolution, key="convolution_view")
    with below:
        explain(convolution, source)
with example:
    preset = choose_example()
if preset:
    example.caption(preset.lesson)
