"""The first convolution of a network and the pooling behind it, while it trains.

Images of one channel, whose gradient nobody asks for, and few weights: there torch's kernels, made for many channels,
reach a tenth of what a processor can do. Here the images of a batch lie innermost, so that a row of outputs is one
long vector whatever the kernel, stride, padding or dilation, and it is pooled before it leaves the cache. Sums are
taken in another order than torch's: the numbers agree to rounding.
"""

from __future__ import annotations

from typing import Any, TypeGuard

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from cnnviz.convolution.axis import Axis
from cnnviz.networks.fast import loops
from cnnviz.networks.fast.pooling import MaxPool2d, PooledReLU, is_float_on_cpu

MOST_WEIGHTS = 512  # with more of them, or
FEWEST_IMAGES = 16  # in a batch with fewer images, torch is as fast


class FirstStage(nn.Module):
    """A convolution of one-channel images and what pools its maps."""

    def __init__(self, convolution: nn.Conv2d, pool: PooledReLU | MaxPool2d) -> None:
        super().__init__()
        self.convolution, self.pool = convolution, pool

    def forward(self, images: Tensor) -> Tensor:
        """(N, 1, H, W) to (N, C_out, H_out // 2, W_out // 2)."""
        layer = self.convolution
        if not self.is_fast(images):
            return self.pool(layer(images))
        bias = torch.zeros(layer.out_channels) if layer.bias is None else layer.bias
        relu, geometry = isinstance(self.pool, PooledReLU), (layer.stride, layer.padding, layer.dilation)
        return _FirstStage.apply(images, layer.weight, bias, relu, *geometry)

    def is_fast(self, images: Tensor) -> bool:
        """Whether the loops take these images; else torch does."""
        layer = self.convolution
        return (
            is_float_on_cpu(images)
            and not images.requires_grad
            and len(images) >= FEWEST_IMAGES
            and images.shape[1] == 1
            and min(_sides(images, layer.kernel_size, layer.stride, layer.padding, layer.dilation)) > 1
        )


def suits(layer: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Whether a layer is a convolution of one channel, padded with zeros, with few weights."""
    return (
        isinstance(layer, nn.Conv2d)
        and layer.in_channels == 1
        and layer.weight.numel() <= MOST_WEIGHTS
        and layer.padding_mode == "zeros"
        and not isinstance(layer.padding, str)
    )


def _sides(images: Tensor, size: Any, stride: Any, padding: Any, dilation: Any) -> tuple[int, int]:
    """Height and width of the maps; each setting is a pair."""
    rows, columns = (
        Axis(images.shape[2 + k], size[k], stride[k], padding[k], padding[k], dilation[k]) for k in range(2)
    )
    return rows.output, columns.output


class _FirstStage(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor, relu: bool, *geometry: Any) -> Tensor:
        height, width = _sides(images, weight.shape[2:], *geometry)
        rows, offsets, row_stride = _laid_out(images, weight.shape[2:], *geometry)
        kernels = F.pad(weight.detach().reshape(len(weight), -1), (0, len(offsets) - weight[0].numel()))
        pooled, places = (torch.empty(len(weight), height // 2, width // 2, len(images)) for _ in range(2))
        maps = torch.empty(2, width, len(images))
        weights, written = _arrays(kernels, bias.detach()), _arrays(maps, pooled, places)
        loops.first_forward(rows.numpy(), row_stride, offsets, *weights, loops.floor_of(relu), *written)
        ctx.save_for_backward(rows, places)
        ctx.offsets, ctx.row_stride, ctx.width, ctx.weights = offsets, row_stride, width, weight.shape
        return pooled.permute(3, 0, 1, 2).contiguous(memory_format=torch.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        rows, places = ctx.saved_tensors
        of_pooled = gradient.permute(1, 2, 3, 0).contiguous()
        kernels, bias = torch.zeros(ctx.weights[0], len(ctx.offsets)), torch.zeros(ctx.weights[0])
        room = torch.zeros(2, ctx.width, len(gradient))
        arrays = _arrays(of_pooled, places, room, kernels, bias)
        loops.first_backward(rows.numpy(), ctx.row_stride, ctx.offsets, *arrays)
        taps = ctx.weights[1:].numel()
        return None, kernels[:, :taps].reshape(ctx.weights), bias, None, None, None, None


def _arrays(*tensors: Tensor) -> list[Any]:
    """The same memory."""
    return [tensor.numpy() for tensor in tensors]


def _laid_out(images: Tensor, size: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Tensor, np.ndarray, int]:
    """Padded images as one row, where in it each tap of a kernel begins, and how far on the next row of outputs does.

    Columns that are a stride apart lie side by side, so that each tap of a row of outputs is one stretch of memory.
    """
    count, height, width = len(images), images.shape[2] + 2 * padding[0], images.shape[3] + 2 * padding[1]
    columns = -(-width // stride[1])
    frame = padding[1], padding[1] + columns * stride[1] - width, padding[0], padding[0]
    padded = F.pad(images[:, 0], frame) if any(frame) else images[:, 0]
    rows = padded.reshape(count, height, columns, stride[1]).permute(1, 3, 2, 0).contiguous()
    row = stride[1] * columns * count
    down, across = np.divmod(np.arange(size[0] * size[1]), size[1])
    column, phase = np.divmod(across * dilation[1], stride[1])
    offsets = down * dilation[0] * row + (phase * columns + column) * count
    rest = -len(offsets) % loops.TAPS_AT_ONCE
    return rows.view(-1), np.pad(offsets, (0, rest)), stride[0] * row
