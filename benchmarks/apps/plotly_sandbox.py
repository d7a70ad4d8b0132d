"""The yardstick of benchmarks.sandbox: the same convolution as three plain plotly heatmaps."""

import plotly.graph_objects as go
import streamlit as st

from cnnviz import datasets
from cnnviz.convolution.kernels import KERNELS
from cnnviz.convolution.matrices import image_from_pixels
from cnnviz.convolution.operation import convolve

dilation = st.slider("Dilation", 1, 3, key="dilation_rows")
image = image_from_pixels(datasets.load(datasets.default()).test_images[0])
kernel = KERNELS["sobel_x"].cells
output = convolve(image, kernel[None], dilation=(dilation, dilation))
for name, column, numbers in zip(("Input", "Kernel", "Output"), st.columns(3), (image, kernel, output), strict=True):
    figure = go.Figure(go.Heatmap(z=numbers[0], colorscale="RdBu", zmid=0))
    figure.update_layout(title=f"{name} {numbers.shape[1]}", yaxis_autorange="reversed")
    column.plotly_chart(figure, key=name)
