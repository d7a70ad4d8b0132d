"""Fast pooling against torch's own."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from torch import nn

from cnnviz.networks.fast.pooling import MaxPool2d, PooledReLU

few_values = st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, float("inf"), float("-inf"), float("nan")])  # many are equal


def both(images, pool, **options):
    """Output and gradient of a pooling layer."""
    images = images.clone(memory_format=torch.preserve_format).requires_grad_()
    output = pool(2, **options)(images)
    weights = torch.arange(1.0, output.numel() + 1).reshape(output.shape)
    (output * weights).nan_to_num().sum().backward()
    return output.detach().numpy(), images.grad.numpy()


@settings(max_examples=200, deadline=None)
@given(
    arrays(np.float32, array_shapes(min_dims=4, max_dims=4, min_side=1, max_side=7), elements=few_values),
    st.booleans(),
)
def test_output_and_gradient_are_torchs_bit_for_bit(values, channels_last):
    if min(values.shape[2:]) < 2:
        return
    images = torch.tensor(values)
    if channels_last:
        images = images.to(memory_format=torch.channels_last)
    for ours, theirs in zip(both(images, MaxPool2d), both(images, nn.MaxPool2d), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(max_examples=200, deadline=None)
@given(
    arrays(np.float32, array_shapes(min_dims=4, max_dims=4, min_side=2, max_side=19), elements=few_values),
    st.booleans(),
    st.booleans(),
)
def test_pooling_with_relu_is_torchs_in_either_order(values, channels_last, relu_first):
    images = torch.tensor(values)
    if channels_last:
        images = images.to(memory_format=torch.channels_last)
    layers = [nn.ReLU(), nn.MaxPool2d(2)] if relu_first else [nn.MaxPool2d(2), nn.ReLU()]
    ours, theirs = both(images, lambda _: PooledReLU()), both(images, lambda _: nn.Sequential(*layers))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("options", [{"stride": 1}, {"padding": 1}, {"ceil_mode": True}, {"dilation": 2}])
def test_other_windows_are_torchs(options):
    images = torch.rand(2, 3, 7, 5)
    for ours, theirs in zip(both(images, MaxPool2d, **options), both(images, nn.MaxPool2d, **options), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_memory_format_is_kept(memory_format):
    pooled = MaxPool2d(2)(torch.rand(2, 4, 6, 6).to(memory_format=memory_format))
    assert pooled.is_contiguous(memory_format=memory_format)


@pytest.mark.parametrize(
    "images", [torch.rand(1, 1, 4, 4, dtype=torch.float64), torch.rand(3, 6, 6)], ids=["double", "3d"]
)
def test_what_the_loops_are_not_made_for_is_torchs(images):
    assert torch.equal(MaxPool2d(2)(images), nn.MaxPool2d(2)(images))
    assert torch.equal(PooledReLU()(images - 0.5), nn.MaxPool2d(2)(images - 0.5).relu())
