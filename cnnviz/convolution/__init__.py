"""Convolution and pooling: shapes, the arithmetic of a cell, costs, kernels, stacks of layers."""
