"""Max pooling of 2x2 windows on a CPU, alone or with a ReLU: torch's numbers bit for bit, several times as fast.

torch's own kernel takes a quarter of the time of a small network; these loops are branch-free, so that the compiler
can use the processor's vector units. Every other window, device or type is left to torch.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

compiled = numba.njit(nogil=True, cache=True, error_model="numpy")

ZERO, ONE, TWO, THREE, NOWHERE = (np.float32(place) for place in range(5))  # places in a window


class MaxPool2d(nn.MaxPool2d):
    """torch.nn.MaxPool2d with a fast path for windows of 2x2 and stride 2."""

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H // 2, W // 2), in the memory format of the input."""
        return _pooled(images, False) if self.halves and _suits(images) else super().forward(images)

    @property
    def halves(self) -> bool:
        """Whether the windows are of 2x2, side by side."""
        window = self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        return window == (2, 2, 0, 1, False, False)


class PooledReLU(nn.Module):
    """Max pooling of 2x2 windows and ReLU in one loop: in either order, values and gradients are the same."""

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H // 2, W // 2), in the memory format of the input."""
        return _pooled(images, True) if _suits(images) else F.max_pool2d(images, 2).relu()


def _suits(images: Tensor) -> bool:
    fits = images.device.type == "cpu" and images.dtype == torch.float32 and images.ndim == 4
    return fits and min(images.shape) > 0 and min(images.shape[2:]) > 1


def _pooled(images: Tensor, relu: bool) -> Tensor:
    pooled: Tensor = _MaxPool.apply(images, relu)
    return pooled


class _MaxPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, images: Tensor, relu: bool) -> Tensor:
        ctx.height, ctx.width = images.shape[2:]
        ctx.channels_last = images.is_contiguous(memory_format=torch.channels_last)
        values = _unfolded(images.detach(), ctx.channels_last)
        blocks, height, width, channels = values.shape
        shape = blocks, height // 2, width // 2, channels
        largest, ctx.places = torch.empty(shape), torch.empty(shape)
        _pool(values.numpy(), largest.numpy(), ctx.places.numpy(), relu)
        return _folded(largest, len(images), ctx.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        values = _unfolded(gradient, ctx.channels_last)
        odd = ctx.height % 2 or ctx.width % 2
        make = torch.zeros if odd else torch.empty
        spread = make((len(values), ctx.height, ctx.width, values.shape[3]))
        _spread(values.numpy(), ctx.places.numpy(), spread.numpy())
        return _folded(spread, len(gradient), ctx.channels_last), None


def _unfolded(images: Tensor, channels_last: bool) -> Tensor:
    """(N, C, H, W) as contiguous (N, H, W, C), or as (N * C, H, W, 1)."""
    if channels_last:
        return images.permute(0, 2, 3, 1).contiguous()
    return images.contiguous().view(-1, *images.shape[2:], 1)


def _folded(values: Tensor, count: int, channels_last: bool) -> Tensor:
    """The inverse of `_unfolded`."""
    if channels_last:
        return values.permute(0, 3, 1, 2)
    return values.view(count, -1, *values.shape[1:3])


def _pool(values: np.ndarray, largest: np.ndarray, places: np.ndarray, relu: bool) -> None:
    """Choose the loop whose innermost dimension is long."""
    floor = floor_of(relu)
    if values.shape[3] == 1:
        _pool_wide(values.squeeze(3), largest.squeeze(3), places.squeeze(3), floor)
    else:
        _pool_deep(values, largest, places, floor)


def _spread(gradient: np.ndarray, places: np.ndarray, spread: np.ndarray) -> None:
    """The same choice for the gradient."""
    if spread.shape[3] == 1:
        _spread_wide(gradient.squeeze(3), places.squeeze(3), spread.squeeze(3))
    else:
        _spread_deep(gradient, places, spread)


def floor_of(relu: bool) -> np.float32:
    """What the largest of a window must be above to count: 0 for a ReLU; nothing compares with NaN."""
    return ZERO if relu else np.float32("nan")


@compiled
def choose(
    a: np.float32, b: np.float32, c: np.float32, d: np.float32, floor: np.float32
) -> tuple[np.float32, np.float32]:
    """The largest of a window and its place in reading order, the first of equals; NaN wins, as in torch.

    Where it is not above the floor: 0, from NOWHERE. All is float32, so that a vector holds as many as it can.
    """
    second, fourth = (b > a) | (b != b), (d > c) | (d != d)
    upper, lower = (b if second else a), (d if fourth else c)
    below = (lower > upper) | (lower != lower)
    largest = lower if below else upper
    above_place, below_place = (ONE if second else ZERO), (THREE if fourth else TWO)
    cut = largest <= floor
    return (ZERO if cut else largest), (NOWHERE if cut else below_place if below else above_place)


@compiled
def _pool_wide(values: np.ndarray, largest: np.ndarray, places: np.ndarray, floor: np.float32) -> None:
    blocks, height, width = largest.shape
    for n in range(blocks):
        for i in range(height):
            top, bottom, chosen, place = values[n, 2 * i], values[n, 2 * i + 1], largest[n, i], places[n, i]
            for j in range(width):
                chosen[j], place[j] = choose(top[2 * j], top[2 * j + 1], bottom[2 * j], bottom[2 * j + 1], floor)


@compiled
def _pool_deep(values: np.ndarray, largest: np.ndarray, places: np.ndarray, floor: np.float32) -> None:
    blocks, height, width, _ = largest.shape
    for n in range(blocks):
        for i in range(height):
            top, bottom = values[n, 2 * i], values[n, 2 * i + 1]
            for j in range(width):
                pool_lanes(
                    top[2 * j],
                    top[2 * j + 1],
                    bottom[2 * j],
                    bottom[2 * j + 1],
                    largest[n, i, j],
                    places[n, i, j],
                    floor,
                )


@compiled
def pool_lanes(
    a: np.ndarray,
    b: np.ndarray,
    c: np.ndarray,
    d: np.ndarray,
    largest: np.ndarray,
    places: np.ndarray,
    floor: np.float32,
) -> None:
    """Windows side by side: their four values, and where to write what was chosen."""
    for k in range(len(largest)):
        largest[k], places[k] = choose(a[k], b[k], c[k], d[k], floor)


@compiled
def _spread_wide(gradient: np.ndarray, places: np.ndarray, spread: np.ndarray) -> None:
    blocks, height, width = gradient.shape
    for n in range(blocks):
        for i in range(height):
            for row in range(2):
                left, right = (ZERO, ONE) if row == 0 else (TWO, THREE)
                for j in range(width):
                    value, place = gradient[n, i, j], places[n, i, j]
                    spread[n, 2 * i + row, 2 * j] = value if place == left else ZERO
                    spread[n, 2 * i + row, 2 * j + 1] = value if place == right else ZERO


@compiled
def _spread_deep(gradient: np.ndarray, places: np.ndarray, spread: np.ndarray) -> None:
    blocks, height, width, _ = gradient.shape
    for n in range(blocks):
        for i in range(height):
            top, bottom = spread[n, 2 * i], spread[n, 2 * i + 1]
            for j in range(width):
                spread_lanes(
                    gradient[n, i, j], places[n, i, j], top[2 * j], top[2 * j + 1], bottom[2 * j], bottom[2 * j + 1]
                )


@compiled
def spread_lanes(
    gradient: np.ndarray, places: np.ndarray, a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray
) -> None:
    """Windows side by side: each gradient goes where the value came from, the other three get 0."""
    _put(gradient, places, ZERO, a)
    _put(gradient, places, ONE, b)
    _put(gradient, places, TWO, c)
    _put(gradient, places, THREE, d)


@compiled
def _put(gradient: np.ndarray, places: np.ndarray, place: np.float32, values: np.ndarray) -> None:
    for k in range(len(values)):
        values[k] = gradient[k] if places[k] == place else ZERO
