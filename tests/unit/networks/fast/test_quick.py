"""A network while it trains against the same network as it is written."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from cnnviz import networks
from cnnviz.networks import NETWORKS
from cnnviz.networks.fast import loops
from cnnviz.networks.fast.first_stage import FEWEST_IMAGES, MOST_WEIGHTS, FirstStage, suits
from cnnviz.networks.fast.pooling import MaxPool2d, PooledReLU
from cnnviz.networks.fast.quick import quick

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


def test_a_first_stage_leaves_to_torch_what_its_loops_are_not_made_for():
    layer = nn.Conv2d(1, 3, 3)
    stage, images = FirstStage(layer, PooledReLU()), torch.rand(FEWEST_IMAGES, 1, 9, 9)
    assert stage.is_fast(images)
    wanted = F.max_pool2d(layer(images), 2).relu()
    torch.testing.assert_close(stage(images), wanted)
    assert not stage.is_fast(images[:-1])
    assert torch.equal(stage(images[:-1]), PooledReLU()(layer(images[:-1])))
    assert not stage.is_fast(images.double())
    asked = images.clone().requires_grad_()
    assert not stage.is_fast(asked)
    stage(asked).sum().backward()
    assert asked.grad is not None and asked.grad.any()
    for wrong in (images.expand(-1, 2, -1, -1), images[..., :3]):
        assert not stage.is_fast(wrong)
        with pytest.raises(RuntimeError):
            stage(wrong)


def test_a_graph_can_be_used_once():
    layer = nn.Conv2d(1, 3, 3)
    output = FirstStage(layer, PooledReLU())(torch.rand(FEWEST_IMAGES, 1, 9, 9)).sum()
    output.backward()
    with pytest.raises(RuntimeError, match="second time"):
        output.backward()


def test_a_pixel_that_is_no_number_is_seen():
    images = torch.rand(FEWEST_IMAGES, 1, 9, 9)
    images[3, 0, 4, 4] = torch.nan
    layer = nn.Conv2d(1, 3, 3)
    ours = FirstStage(layer, PooledReLU())(images)
    assert torch.equal(ours.isnan(), F.max_pool2d(layer(images), 2).relu().isnan())


def test_the_loops_are_warmed_up_without_torch_and_for_all_that_trainings_need():
    compiled = [loop for name, loop in vars(loops).items() if hasattr(loop, "signatures") and name[0] != "_"]
    with mock.patch.object(torch.Tensor, "backward", side_effect=AssertionError("threads do not survive a fork")):
        loops.warm_up()
    before = [list(loop.signatures) for loop in compiled]
    assert all(before)
    images = torch.rand(FEWEST_IMAGES, 1, 11, 12)
    for stage in (FirstStage(nn.Conv2d(1, 3, 3, 2, 1), PooledReLU()), FirstStage(nn.Conv2d(1, 2, 1), MaxPool2d(2))):
        stage(images).sum().backward()
    for memory_format in (torch.contiguous_format, torch.channels_last):
        maps = torch.rand(2, 3, 5, 6).contiguous(memory_format=memory_format).requires_grad_()
        (PooledReLU()(maps).sum() + MaxPool2d(2)(maps).sum()).backward()
    assert [list(loop.signatures) for loop in compiled] == before


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
    form = torch.contiguous_format if exact else torch.channels_last
    plain, other = (networks.build(chosen).to(memory_format=form) for _ in range(2))
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

    assert kinds(False, convolution(), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten()) == ["FirstStage", "Flatten"]
    assert kinds(False, convolution(), nn.ReLU(), nn.MaxPool2d(2)) == ["FirstStage"]
    assert kinds(False, convolution(), nn.GELU(), nn.MaxPool2d(2)) == ["Conv2d", "GELU", "MaxPool2d"]
    assert kinds(False, convolution(), nn.MaxPool2d(3), nn.ReLU()) == ["Conv2d", "MaxPool2d", "ReLU"]
    assert kinds(True, convolution(), nn.ReLU(), nn.MaxPool2d(2)) == ["Conv2d", "PooledReLU"]
