"""A network of the learner's own, written in the language of layers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz import networks
from cnnviz.convolution.layer_language import NETWORK, write
from cnnviz.networks import custom
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings
from tests.unit.convolution.test_layer_language import layers_for


def built(text):
    return networks.build(TrainingSettings(network="custom", seed=0, layers=text))


def test_a_network_of_ones_own():
    network = built("conv 4 k3 s2 p1 bn leaky mean drop25; conv 8 k3 p0 tanh")
    kinds = [type(layer).__name__ for layer in network]
    assert kinds == [
        "Conv2d", "BatchNorm2d", "LeakyReLU", "AvgPool2d", "Dropout2d", "Conv2d", "Tanh", "Flatten", "Linear"
    ]  # fmt: skip
    assert network(torch.zeros(1, 1, 28, 28)).shape == (1, 10)
    assert network[-1].in_features == 8 * 5 * 5


def test_names_of_layers_are_those_of_stored_weights():
    names = [name for name, _ in built("conv 4 k3 bn gelu max drop25; conv 8 k3").named_children()]
    assert names == ["conv1", "norm1", "gelu1", "pool1", "drop1", "conv2", "flatten", "dense"]


def test_poolings_as_layers_of_their_own():
    images = torch.rand(2, 1, 28, 28)
    own, suffix = built("conv 4 k5; max k2 s2; conv 8 k3; mean k2 s2"), built("conv 4 k5 max; conv 8 k3 mean")
    assert torch.equal(own(images), suffix(images))
    overlapping = built("max k3 s2 p1; conv 4 k3 d2; max k3 s1 d2")
    assert [layer.stride for layer in overlapping if isinstance(layer, nn.MaxPool2d)] == [2, 1]
    assert overlapping(images).shape == (2, 10)


@settings(max_examples=60, deadline=None)
@given(st.lists(layers_for(NETWORK), min_size=1, max_size=3))
def test_what_is_accepted_can_be_built_and_nothing_else(layers):
    text = write(layers, NETWORK)
    try:
        custom.parse(text)
    except Refusal:
        return
    network = built(text).eval()
    assert network(torch.zeros(1, 1, 28, 28)).shape == (1, 10)
    assert sum(parameter.numel() for parameter in network.parameters()) <= custom.MOST_PARAMETERS


@settings(max_examples=60, deadline=None)
@given(st.lists(layers_for(NETWORK), min_size=1, max_size=2))
def test_what_is_refused_torch_refuses_too(layers):
    """But for the limits of this page."""
    try:
        custom.check(layers)
    except Refusal as refusal:
        if "parameters" in str(refusal) or "no dilation" in str(refusal):
            return
        modules, channels = nn.Sequential(), 1
        for number, layer in enumerate(layers):
            for name, module in custom.modules_of(layer, channels).items():
                modules.add_module(f"{name}{number}", module)
            channels = layer.channels if layer.kind == "conv" else channels
        with pytest.raises(RuntimeError):
            modules.eval()(torch.zeros(1, 1, 28, 28))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "begins with"),
        ("conv 16 q5", "'q5' is not understood"),
        ("conv 0", "channels must be"),
        ("conv 16 k99", "kernel size must be"),
        ("conv 8 k9 s4 p4 max; conv 8 k9", "kernel 9 does not fit a 3x3 map after layer 1; use a kernel of at most 3"),
        ("conv 8 k9 s4 max; conv 8 k9 p2", "kernel 9 does not fit a 2x2 map after layer 1 padded by 2; use .* most 6"),
        ("conv 8 k9 max; conv 8 k9 max; conv 8 k9", "kernel 9 does not fit a 1x1 map after layer 2"),
        (
            "conv 8 k5 max; conv 8 k5 max; conv 8 k5",
            "kernel 5 does not fit a 4x4 map after layer 2; use a kernel of at most 4",
        ),
        ("conv 8 k9 s4 max; conv 8 k2 p0; conv 8 k1 max", "pooling does not fit the 1x1 map of layer 3; leave it out"),
        ("conv 8 k9 s4; conv 8 k3 d3", "layer 2, convolution: kernel 3 with dilation 3 spans 7 rows but .* has 5"),
        ("conv 8; max k2 p2", "layer 2, max pooling: padding 2 is more than half of the window's 2 rows"),
        ("conv 8; mean k2 d2", "an average pooling has no dilation; leave d2 out"),
        ("conv 256 k9 p4; conv 256 k9 p4", "the limit is 5,000,000"),
        ("; ".join(["conv 4 k1"] * 5), "1 to 4 convolutions; this one has 5"),
        ("max k2 s2", "1 to 4 convolutions; this one has 0"),
        ("conv 4" + "; max k1" * 8, "at most 8 convolutions and poolings; this one has 9"),
        ("conv ٣", "not understood"),
        ("<script>", "begins with"),
        ("conv 8 drop99", "dropout must be"),
    ],
)
def test_a_network_that_cannot_be_is_refused_before_it_is_built(text, reason):
    with pytest.raises(Refusal, match=reason):
        built(text)
