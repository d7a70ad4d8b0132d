"""The first convolution of a network and the pooling behind it, while it trains.

Images of one channel, whose gradient nobody asks for, and few weights: there torch's kernels, made for many channels,
reach a tenth of what a processor can do. Here the images of a batch lie innermost, so that a row of outputs is one
long vector whatever the kernel, stride, padding or dilation, and it is pooled before it leaves the cache. Sums are
taken in another order than torch's: the numbers agree to rounding.
"""

from __future__ import annotations

from typing import Any, TypeGuard

import numba
import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from cnnviz.networks.pooling import NOWHERE, ZERO, MaxPool2d, PooledReLU, floor_of, pool_lanes, spread_lanes

AT_ONCE = 5  # taps of a kernel that are added in one pass over a row
MOST_WEIGHTS = 512  # with more of them, or
FEWEST_IMAGES = 16  # in a batch with fewer images, torch is as fast

compiled = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})


class FirstStage(nn.Module):
    """A convolution of one-channel images and what pools its maps; the gradient of the images is left to torch."""

    def __init__(self, convolution: nn.Conv2d, pool: PooledReLU | MaxPool2d) -> None:
        super().__init__()
        self.convolution, self.pool = convolution, pool
        self.relu = isinstance(pool, PooledReLU)

    def forward(self, images: Tensor) -> Tensor:
        """(N, 1, H, W) to (N, C_out, H_out // 2, W_out // 2), with the channels innermost in memory."""
        layer, maps = self.convolution, images
        on_cpu = images.device.type == "cpu" and images.dtype == torch.float32
        if not on_cpu or images.requires_grad or len(images) < FEWEST_IMAGES:
            maps = self.pool(layer(images))
        else:
            bias = torch.zeros(layer.out_channels) if layer.bias is None else layer.bias
            geometry = layer.stride, layer.padding, layer.dilation
            maps = _FirstStage.apply(images, layer.weight, bias, self.relu, *geometry)
        return maps


def suits(layer: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Whether a layer is a convolution of one channel, padded with zeros, with few weights."""
    return (
        isinstance(layer, nn.Conv2d)
        and layer.in_channels == 1
        and layer.weight.numel() <= MOST_WEIGHTS
        and layer.padding_mode == "zeros"
        and not isinstance(layer.padding, str)
    )


class _FirstStage(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, images: Tensor, weight: Tensor, bias: Tensor, relu: bool, *geometry: tuple[int, int]
    ) -> Tensor:
        rows, taps, step, height, width = laid_out(images, weight.shape, *geometry)
        kernels = F.pad(weight.detach().reshape(len(weight), -1), (0, len(taps) - weight[0].numel()))
        pooled = torch.empty(len(weight), height // 2, width // 2, len(images))
        ctx.places = torch.empty_like(pooled)
        ctx.rows, ctx.taps, ctx.step, ctx.shape = rows, taps, step, weight.shape
        ctx.buffer = torch.zeros(2, width, len(images))
        _forward(
            rows.numpy(),
            kernels.numpy(),
            bias.detach().numpy(),
            taps,
            step,
            floor_of(relu),
            ctx.buffer.numpy(),
            pooled.numpy(),
            ctx.places.numpy(),
        )
        return pooled.permute(3, 0, 1, 2).contiguous(memory_format=torch.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        pooled = gradient.permute(1, 2, 3, 0).contiguous()
        kernels, bias = torch.zeros(ctx.shape[0], len(ctx.taps)), torch.zeros(ctx.shape[0])
        _backward(
            ctx.rows.numpy(),
            pooled.numpy(),
            ctx.places.numpy(),
            ctx.taps,
            ctx.step,
            ctx.buffer.zero_().numpy(),
            kernels.numpy(),
            bias.numpy(),
        )
        taps = ctx.shape[1:].numel()
        return None, kernels[:, :taps].reshape(ctx.shape), bias, None, None, None, None


def laid_out(
    images: Tensor, shape: torch.Size, stride: tuple[int, int], padding: tuple[int, int], dilation: tuple[int, int]
) -> tuple[Tensor, np.ndarray, int, int, int]:
    """Padded images as one row, where in it each tap of a kernel begins, how far on the next row begins, height, width.

    Columns that are a stride apart lie side by side, so that each tap of a row of outputs is one stretch of memory.
    """
    count, (high, wide) = len(images), shape[2:]
    down, across = (side + 2 * more for side, more in zip(images.shape[2:], padding, strict=True))
    columns = -(-across // stride[1])
    padded = F.pad(images[:, 0], (padding[1], padding[1] + columns * stride[1] - across, padding[0], padding[0]))
    rows = padded.view(count, down, columns, stride[1]).permute(1, 3, 2, 0).contiguous()
    row = stride[1] * columns * count
    down_taps, across_taps = np.divmod(np.arange(high * wide), wide)
    column, phase = np.divmod(across_taps * dilation[1], stride[1])
    taps = np.zeros(-(-high * wide // AT_ONCE) * AT_ONCE, np.int64)  # the last ones have no weight
    taps[: high * wide] = down_taps * dilation[0] * row + (phase * columns + column) * count
    height, width = (
        (side - step * (size - 1) - 1) // jump + 1
        for side, size, step, jump in zip((down, across), (high, wide), dilation, stride, strict=True)
    )
    return rows.view(-1), taps, stride[0] * row, height, width


@compiled
def _stretch(rows: np.ndarray, start: int, length: int) -> np.ndarray:
    return rows[start : start + length]


@compiled
def _convolve(
    rows: np.ndarray, start: int, kernel: np.ndarray, bias: float, taps: np.ndarray, sums: np.ndarray
) -> None:
    """One row of outputs of one channel, of all images."""
    length = len(sums)
    for n in range(length):
        sums[n] = bias
    for tap in range(0, len(taps), AT_ONCE):
        a = _stretch(rows, start + taps[tap], length)
        b = _stretch(rows, start + taps[tap + 1], length)
        c = _stretch(rows, start + taps[tap + 2], length)
        d = _stretch(rows, start + taps[tap + 3], length)
        e = _stretch(rows, start + taps[tap + 4], length)
        u, v, w, x, z = kernel[tap], kernel[tap + 1], kernel[tap + 2], kernel[tap + 3], kernel[tap + 4]
        for n in range(length):
            sums[n] += u * a[n] + v * b[n] + w * c[n] + x * d[n] + z * e[n]


@compiled
def _correlate(rows: np.ndarray, start: int, gradient: np.ndarray, taps: np.ndarray, kernel: np.ndarray) -> None:
    """What one row of outputs of one channel adds to the gradient of its kernel."""
    length = len(gradient)
    for tap in range(0, len(taps), AT_ONCE):
        a = _stretch(rows, start + taps[tap], length)
        b = _stretch(rows, start + taps[tap + 1], length)
        c = _stretch(rows, start + taps[tap + 2], length)
        d = _stretch(rows, start + taps[tap + 3], length)
        e = _stretch(rows, start + taps[tap + 4], length)
        u = v = w = x = z = ZERO
        for n in range(length):
            u += gradient[n] * a[n]
            v += gradient[n] * b[n]
            w += gradient[n] * c[n]
            x += gradient[n] * d[n]
            z += gradient[n] * e[n]
        kernel[tap] += u
        kernel[tap + 1] += v
        kernel[tap + 2] += w
        kernel[tap + 3] += x
        kernel[tap + 4] += z


@compiled
def _forward(
    rows: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray,
    taps: np.ndarray,
    step: int,
    floor: np.float32,
    maps: np.ndarray,
    pooled: np.ndarray,
    places: np.ndarray,
) -> None:
    channels, height, width, _ = pooled.shape
    for y in range(height):
        for channel in range(channels):
            for row in range(2):
                start = (2 * y + row) * step
                _convolve(rows, start, kernels[channel], bias[channel], taps, maps[row].reshape(-1))
            for x in range(width):
                a, b, c, d = maps[0, 2 * x], maps[0, 2 * x + 1], maps[1, 2 * x], maps[1, 2 * x + 1]
                pool_lanes(a, b, c, d, pooled[channel, y, x], places[channel, y, x], floor)


@compiled
def _backward(
    rows: np.ndarray,
    gradient: np.ndarray,
    places: np.ndarray,
    taps: np.ndarray,
    step: int,
    maps: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray,
) -> None:
    channels, height, width, _ = gradient.shape
    for y in range(height):
        for channel in range(channels):
            for x in range(width):
                a, b, c, d = maps[0, 2 * x], maps[0, 2 * x + 1], maps[1, 2 * x], maps[1, 2 * x + 1]
                spread_lanes(gradient[channel, y, x], places[channel, y, x], a, b, c, d)
            bias[channel] += _total(gradient[channel, y].reshape(-1), places[channel, y].reshape(-1))
            for row in range(2):
                _correlate(rows, (2 * y + row) * step, maps[row].reshape(-1), taps, kernels[channel])


@compiled
def _total(gradient: np.ndarray, places: np.ndarray) -> np.float32:
    """Sum of the gradients that come from somewhere."""
    total = ZERO
    for n in range(len(gradient)):
        total += gradient[n] if places[n] != NOWHERE else ZERO
    return total
