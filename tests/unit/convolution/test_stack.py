"""Shapes, costs and receptive fields of stacked layers, against torch."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz.convolution.layer_language import Layer
from cnnviz.convolution.stack import Stack, parse_stack
from cnnviz.convolution.stack_examples import STACKS
from cnnviz.refusal import Refusal


def network_of(stack):
    """The layers in torch, with weights that never cancel."""
    layers, channels = [], stack.channels
    for layer in stack.layers:
        if layer.kind == "conv":
            module = nn.Conv2d(channels, layer.channels, layer.kernel_size, layer.stride, layer.padding, layer.dilation)
            nn.init.ones_(module.weight)
            channels = layer.channels
        else:  # the mean sees what the maximum may choose from
            module = nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding)
        layers.append(module)
    return nn.Sequential(*layers).double()


@st.composite
def stacks(draw):
    layers = []
    stack = Stack(draw(st.integers(1, 3)), draw(st.integers(8, 24)), [Layer(kernel_size=1)])
    for _ in range(draw(st.integers(1, 4))):
        kernel_size = draw(st.integers(1, 4))
        kind = draw(st.sampled_from(["conv", "conv", "mean"]))
        layer = Layer(
            kind,
            channels=draw(st.integers(1, 3)),
            kernel_size=kernel_size,
            stride=draw(st.integers(1, 3)),
            padding=draw(st.integers(0, kernel_size // 2)),
            dilation=draw(st.integers(1, 3)) if kind == "conv" else 1,
        )
        try:
            stack = Stack(stack.channels, stack.side, [*layers, layer])
            layers.append(layer)
        except Refusal:
            break
    return Stack(stack.channels, stack.side, layers or [Layer(kernel_size=1)])


@settings(max_examples=150, deadline=None)
@given(stacks(), st.data())
def test_shapes_and_receptive_fields_are_torchs(stack, data):
    image = torch.zeros(1, stack.channels, stack.side, stack.side, dtype=torch.double, requires_grad=True)
    output = network_of(stack)(image)
    channels, side = stack.shapes[-1]
    assert output.shape == (1, channels, side, side)
    row, column = data.draw(st.integers(0, side - 1)), data.draw(st.integers(0, side - 1))
    output[0, 0, row, column].backward()
    field = stack.receptive_field(len(stack.layers))
    reached = image.grad[0, 0]
    for unit, reach, touched in ((row, field.rows, reached.sum(1)), (column, field.columns, reached.sum(0))):
        seen = touched.nonzero().ravel().tolist()
        first, last = reach.start + reach.jump * unit, reach.start + reach.jump * unit + reach.size - 1
        if first >= 0 and last < stack.side:
            assert (seen[0], seen[-1]) == (first, last)
        assert all(first <= place <= last for place in seen)


@pytest.mark.parametrize("name", STACKS)
def test_presets(name):
    stack = parse_stack(STACKS[name].text)
    assert parse_stack(stack.text) == stack
    parameters = sum(p.numel() for p in network_of(stack).parameters())
    assert stack.parameters == parameters


def test_the_lessons_numbers():
    stack = {name: preset.stack for name, preset in STACKS.items()}
    field = {name: each.receptive_field(len(each.layers)).rows.size for name, each in stack.items()}
    assert (field["two_3"], field["one_5"], field["three_3"], field["one_7"]) == (5, 5, 7, 7)
    weights = {name: each.weights for name, each in stack.items()}
    assert weights["two_3"] * 25 == weights["one_5"] * 18
    assert weights["three_3"] * 49 == weights["one_7"] * 27
    work = {name: each.multiply_adds for name, each in stack.items()}
    assert work["direct"] == 120_422_400
    assert work["bottleneck"] == 12_443_648
    assert stack["shapes"].shapes == [(5, 100), (10, 98)]
    assert field["dilated"] == 13
    assert stack["pooling"].receptive_field(2, below=1) == stack["pooling"].receptive_field(4, below=3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "begins with its input"),
        ("1x28", "1 to 6 layers"),
        ("1x28; conv k9; conv k9; conv k9; conv k9; conv k9", "layer 4, convolution: kernel 9 spans 9 rows"),
        ("1x28; fourier k3", "one of conv, max, mean"),
        ("1x28; conv q3", "not understood"),
        ("1x28; conv k12", "kernel size must be"),
        ("1x28" + "; conv k1" * 9, "1 to 6 layers"),
        ("0x28; conv k1", "input channels must be"),
        ("1x999; conv k1", "input side must be"),
        ("1x28; max k2 p2", "more than half of the window"),
        ("1x28; conv ٣", "not understood"),
        ("1x28; conv 4 relu", "a stack is not trained: leave 'relu' out; a layer of it is written like conv 16 k3"),
        ("1x28; max k2 relu", "a stack is not trained"),
        ("1x28; conv 4; max max", "a pooling is written like max k2 s2"),
        ("<script>", "begins with its input"),
    ],
)
def test_what_is_no_stack_is_refused(text, reason):
    with pytest.raises(Refusal, match=reason):
        parse_stack(text)
