"""A faster forward pass for training: same weights, pooling compiled, ReLU and pooling fused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import nn

from cnnviz.networks.fast.first_stage import FirstStage, suits
from cnnviz.networks.fast.pooling import MaxPool2d, PooledReLU


def quick(network: nn.Sequential, *, exact: bool) -> nn.Sequential:
    """A faster module with the weights of the network.

    Its results are bit for bit the same if `exact`; else a first convolution that is pooled at once agrees to rounding.
    """
    layers = list(_joined([_compiled(layer) for layer in network]))
    match layers:
        case [first, PooledReLU() | MaxPool2d(halves=True) as pool, *others]:
            if not exact and suits(first):
                layers = [FirstStage(first, pool), *others]
    return nn.Sequential(*layers)


def _compiled(layer: nn.Module) -> nn.Module:
    """Compiled counterpart of torch's max pooling; any other layer itself."""
    if type(layer) is not nn.MaxPool2d:
        return layer
    window = layer.kernel_size, layer.stride, layer.padding, layer.dilation
    return MaxPool2d(*window, layer.return_indices, layer.ceil_mode)


def _joined(layers: Sequence[nn.Module]) -> Iterator[nn.Module]:
    """Layers with each pair of pooling and ReLU, in either order, fused."""
    match layers:
        case [nn.ReLU(), MaxPool2d(halves=True), *others] | [MaxPool2d(halves=True), nn.ReLU(), *others]:
            yield PooledReLU()
            yield from _joined(others)
        case [layer, *others]:
            yield layer
            yield from _joined(others)
