import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnviz import costs
from cnnviz.convolution import output_size
from cnnviz.costs import BOTTLENECK, DIRECT, Layer


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_parameters_are_those_of_torch(c_in, c_out, rows, columns, bias):
    layer = Layer(c_in, c_out, (rows, columns), (8, 8), (9 - rows, 9 - columns), bias)
    conv = nn.Conv2d(c_in, c_out, (rows, columns), bias=bias)
    dense = nn.Linear(c_in * 64, c_out * (9 - rows) * (9 - columns), bias=bias)
    assert layer.parameters == sum(p.numel() for p in conv.parameters())
    assert layer.dense_parameters == sum(p.numel() for p in dense.parameters())
    assert layer.weight_shape == tuple(conv.weight.shape)


def test_multiply_adds_are_counted_as_a_plain_loop_counts_them():
    layer = Layer(2, 3, (3, 2), (5, 5), (output_size(5, 3), output_size(5, 2)))
    counted = 0
    for _output in range(3):
        for _row in range(3):
            for _column in range(4):
                counted += 2 * 3 * 2
    assert layer.multiply_adds == counted


def test_a_bottleneck_saves_nine_tenths():
    assert costs.multiply_adds(DIRECT) == 120_422_400
    assert costs.multiply_adds(BOTTLENECK) == 12_443_648


@pytest.mark.parametrize(("kernels", "side"), [([3, 3], 5), ([5], 5), ([3, 3, 3], 7), ([7], 7), ([1], 1)])
def test_receptive_fields(kernels, side):
    assert costs.receptive_field(kernels) == side


def test_two_3x3_have_18_25ths_of_the_weights_of_one_5x5():
    weights = lambda k: costs.same_size(4, 4, k, 8).multiply_adds  # noqa: E731
    assert 2 * weights(3) * 25 == weights(5) * 18
    assert 3 * weights(3) * 49 == weights(7) * 27
