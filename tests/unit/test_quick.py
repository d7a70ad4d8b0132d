"""A network while it trains against the same network as it is written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from cnnviz import networks
from cnnviz.networks import NETWORKS
from cnnviz.networks.first_stage import FEWEST_IMAGES, MOST_WEIGHTS, FirstStage, suits
from cnnviz.networks.pooling import MaxPool2d, PooledReLU
from cnnviz.networks.quick import quick

pairs = st.tuples(st.integers(0, 3), st.integers(0, 3))


@st.composite
def stages(draw):
    """Images and a first convolution whose maps can be pooled."""
    size = draw(st.tuples(st.integers(1, 6), st.integers(1, 6)))
    stride, dilation = (draw(st.tuples(st.integers(1, 3), st.integers(1, 3))) for _ in range(2))
    padding = draw(pairs)
    fewest = [max(1, d * (k - 1) + 1 + s - 2 * p) for k, s, d, p in zip(size, stride, dilation, padding, strict=True)]
    height, width = (draw(st.integers(low, low + 9)) for low in fewest)
    layer = nn.Conv2d(1, draw(st.integers(1, 5)), size, stride, padding, dilation, bias=draw(st.booleans()))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 999)))
    images = torch.randn(draw(st.integers(FEWEST_IMAGES, 37)), 1, height, width, generator=generator)
    return layer, images, draw(st.booleans())


def gradients(output, layer, weights):
    """Gradients of a weighted sum of outputs."""
    layer.zero_grad()
    (output * weights).sum().backward()
    return [parameter.grad.clone() for parameter in layer.parameters()]


@settings(max_examples=150, deadline=None)
@given(stages())
def test_a_first_stage_is_convolution_and_pooling(stage):
    layer, images, relu = stage
    ours = FirstStage(layer, PooledReLU() if relu else MaxPool2d(2))(images)
    wide = nn.Conv2d(1, layer.out_channels, layer.kernel_size, layer.stride, layer.padding, layer.dilation).double()
    wide.weight.data = layer.weight.data.double()
    wide.bias.data = torch.zeros(layer.out_channels).double() if layer.bias is None else layer.bias.data.double()
    theirs = F.max_pool2d(wide(images.double()), 2)
    theirs = theirs.relu() if relu else theirs
    torch.testing.assert_close(ours.double(), theirs, atol=1e-5, rtol=1e-5)
    weights = torch.randn(ours.shape, generator=torch.Generator().manual_seed(0))
    scale = float(images.abs().sum())
    for one, other in zip(gradients(ours, layer, weights), gradients(theirs, wide, weights.double()), strict=False):
        torch.testing.assert_close(one.double(), other, atol=1e-6 * scale, rtol=1e-4)


def test_a_first_stage_leaves_the_gradient_of_images_and_small_batches_to_torch():
    layer = nn.Conv2d(1, 3, 3)
    stage, images = FirstStage(layer, PooledReLU()), torch.rand(FEWEST_IMAGES, 1, 9, 9)
    wanted = F.max_pool2d(layer(images), 2).relu()
    torch.testing.assert_close(stage(images), wanted)
    torch.testing.assert_close(stage(images[:3]), wanted[:3])
    images.requires_grad_()
    stage(images).sum().backward()
    assert images.grad is not None and images.grad.any()


@pytest.mark.parametrize(
    ("layer", "can"),
    [
        (nn.Conv2d(1, 16, 5, padding=2), True),
        (nn.Conv2d(1, 16, 5, stride=2, dilation=3), True),
        (nn.Conv2d(2, 16, 5), False),
        (nn.Conv2d(1, 16, 5, padding_mode="reflect"), False),
        (nn.Conv2d(1, 16, 5, padding="same"), False),
        (nn.Conv2d(1, MOST_WEIGHTS + 1, 1), False),
        (nn.Linear(1, 1), False),
    ],
)
def test_which_layers_can_be_a_first_stage(layer, can):
    assert suits(layer) == can


def steps(network, forward, images, labels):
    """Losses of a few steps of gradient descent."""
    losses = []
    for _ in range(5):
        loss = F.cross_entropy(forward(images), labels)
        network.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter -= 0.05 * parameter.grad
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_quick_network_trains_as_the_network(name, exact):
    chosen = NETWORKS[name].tutorial.but(blocks=1)
    rng = np.random.default_rng(1)
    images = torch.tensor(rng.standard_normal((32, 1, 28, 28)), dtype=torch.float32)
    labels = torch.tensor(rng.integers(0, 10, 32))
    plain, other = networks.build(chosen), networks.build(chosen)
    view = quick(other, exact=exact)
    theirs, ours = steps(plain, plain, images, labels), steps(other, view, images, labels)
    if exact:
        assert ours == theirs
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert {id(parameter) for parameter in view.parameters()} == {id(parameter) for parameter in other.parameters()}


def test_what_is_joined():
    def kinds(exact, *layers):
        return [type(layer).__name__ for layer in quick(nn.Sequential(*layers), exact=exact)]

    def convolution():
        return nn.Conv2d(1, 4, 3)

    assert kinds(False, convolution(), MaxPool2d(2), nn.ReLU(), nn.Flatten()) == ["FirstStage", "Flatten"]
    assert kinds(False, convolution(), nn.ReLU(), MaxPool2d(2)) == ["FirstStage"]
    assert kinds(False, convolution(), nn.GELU(), MaxPool2d(2)) == ["Conv2d", "GELU", "MaxPool2d"]
    assert kinds(False, convolution(), MaxPool2d(3), nn.ReLU()) == ["Conv2d", "MaxPool2d", "ReLU"]
    assert kinds(True, convolution(), nn.ReLU(), MaxPool2d(2)) == ["Conv2d", "PooledReLU"]
