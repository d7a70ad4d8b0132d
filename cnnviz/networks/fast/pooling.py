"""Max pooling of 2x2 windows on a CPU, alone or with a ReLU: torch's numbers bit for bit, several times as fast.

torch's own kernel takes a quarter of the time of a small network. Every other window, device or type is left to torch.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from cnnviz.networks.fast import loops


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


def is_float_on_cpu(images: Tensor) -> bool:
    """Whether the loops can work on a batch."""
    return images.device.type == "cpu" and images.dtype == torch.float32 and images.ndim == 4


def _suits(images: Tensor) -> bool:
    return is_float_on_cpu(images) and min(images.shape) > 0 and min(images.shape[2:]) > 1


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
        largest, places = (torch.empty(blocks, height // 2, width // 2, channels) for _ in range(2))
        pool = loops.pool_wide if channels == 1 else loops.pool_deep
        pool(*_arrays(values, largest, places), loops.floor_of(relu))
        ctx.save_for_backward(places)
        return _folded(largest, len(images), ctx.channels_last)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (places,) = ctx.saved_tensors
        values = _unfolded(gradient, ctx.channels_last)
        odd = ctx.height % 2 or ctx.width % 2
        make = torch.zeros if odd else torch.empty
        spread = make((len(values), ctx.height, ctx.width, values.shape[3]))
        put = loops.spread_wide if values.shape[3] == 1 else loops.spread_deep
        put(*_arrays(values, places, spread))
        return _folded(spread, len(gradient), ctx.channels_last), None


def _arrays(*tensors: Tensor) -> list[Any]:
    """The same memory, without the last dimension where it is 1."""
    return [tensor.squeeze(3).numpy() for tensor in tensors]


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
