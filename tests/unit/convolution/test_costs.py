from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz.convolution.costs import LayerCost, multiply_adds
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings
from tests.unit.convolution.test_operation import convolutions, poolings


@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.integers(1, 4), st.integers(1, 4))
def test_parameters_are_those_of_torch(groups, c_in, c_out, rows, columns):
    c_in, c_out = c_in * groups, c_out * groups
    cost = LayerCost(c_in, c_out, (rows, columns), (8, 8), (9 - rows, 9 - columns), groups)
    conv = nn.Conv2d(c_in, c_out, (rows, columns), groups=groups)
    dense = nn.Linear(c_in * 64, c_out * (9 - rows) * (9 - columns))
    assert cost.parameters == sum(p.numel() for p in conv.parameters())
    assert cost.dense.parameters == sum(p.numel() for p in dense.parameters())
    assert cost.weight_shape == tuple(conv.weight.shape)
    for each in (cost, cost.dense, replace(cost, bias=False)):
        assert eval(each.written_sum.replace("×", "*").replace(",", "")) == each.parameters
    assert cost.share_of_dense == cost.parameters / cost.dense.parameters


@given(convolutions() | convolutions(transposed=True) | poolings())
def test_multiply_adds_are_the_terms_of_all_cells(operation):
    """Where the kernel hangs over nothing, nothing is cropped, each product is a term of one cell."""
    cost = LayerCost.of(operation)
    settings = operation.settings
    terms = operation.uses.sum() * len(operation.channels_of(0)) * operation.c_out
    if settings.operation == "transposed":
        assert cost.multiply_adds >= terms
        if settings.padding == (0, 0):
            assert cost.multiply_adds == terms
    elif settings.ceil_mode:
        assert cost.multiply_adds >= terms
    else:
        assert cost.multiply_adds == terms


def test_a_pooling_has_nothing_to_learn():
    cost = LayerCost.of(Operation(np.zeros((3, 4, 4)), ConvolutionSettings((2, 2), (2, 2), operation="max_pool")))
    assert (cost.parameters, cost.c_out, cost.multiply_adds) == (0, 3, 3 * 4 * 4)
    assert cost.memory == 4 * (48 + 12)


def test_memory_counts_input_parameters_and_output():
    cost = LayerCost(2, 4, (3, 3), (5, 5), (3, 3))
    assert cost.memory == 4 * (50 + 4 * 19 + 36)


def test_a_bottleneck_saves_nine_tenths():
    def layer(c_in, c_out, k):
        return LayerCost(c_in, c_out, (k, k), (28, 28), (28, 28))

    direct, through = multiply_adds([layer(192, 32, 5)]), multiply_adds([layer(192, 16, 1), layer(16, 32, 5)])
    assert (direct, through) == (120_422_400, 12_443_648)
    assert through / direct == pytest.approx(0.1, abs=0.004)


def test_one_written_form_of_the_sum_of_parameters():
    assert LayerCost(1, 10, (5, 5)).written_sum == "10 × (1 × 5 × 5 + 1)"
    assert LayerCost(4, 10, (5, 3), groups=2, bias=False).written_sum == "10 × 2 × 5 × 3"
    assert LayerCost(1568, 10).written_sum == "10 × (1,568 + 1)"
    assert LayerCost(8, 8, (2, 2), operation="max_pool").written_sum == ""
