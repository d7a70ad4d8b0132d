"""A network while it trains: the same layers with the same weights, joined where one loop does the work of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import nn

from cnnviz.networks.first_stage import FirstStage, suits
from cnnviz.networks.pooling import MaxPool2d, PooledReLU


def quick(network: nn.Sequential, *, exact: bool) -> nn.Sequential:
    """A view of a network that gives the same numbers sooner; its layers and weights are those of the network.

    Bit for bit the same when `exact`; otherwise the first convolution, where it is pooled at once, agrees to rounding.
    """
    layers = list(_joined(list(network)))
    match layers:
        case [first, PooledReLU() | MaxPool2d(halves=True) as pool, *others]:
            if not exact and suits(first):
                layers = [FirstStage(first, pool), *others]
    return nn.Sequential(*layers)


def _joined(layers: Sequence[nn.Module]) -> Iterator[nn.Module]:
    """Pooling and ReLU as one, in whatever order they come."""
    match layers:
        case [nn.ReLU(), MaxPool2d(halves=True), *others] | [MaxPool2d(halves=True), nn.ReLU(), *others]:
            yield PooledReLU()
            yield from _joined(others)
        case [layer, *others]:
            yield layer
            yield from _joined(others)
