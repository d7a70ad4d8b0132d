"""Connections: which maps of a layer reach each map of the next one."""

from __future__ import annotations

from typing import Any

from torch import nn

from cnnviz.networks.records import Connection

# Groups of the maps that a layer makes of others, given the layer and the numbers of maps before and after it; None
# where nobody knows.


def own(_layer: nn.Module, before: int, after: int) -> int | None:
    """Each map is made of the one at its place, as by a pooling or an activation."""
    return after if before == after else None


def every(_layer: nn.Module, _before: int, _after: int) -> int:
    """Each map is made of all."""
    return 1


def grouped(layer: Any, _before: int, _after: int) -> int:
    """As a convolution says."""
    return int(layer.groups)


def normalised_groups(layer: nn.GroupNorm, before: int, _after: int) -> int:
    """The maps that share mean and deviation; numbers in a row are one map."""
    return layer.num_groups if before == layer.num_channels else 1


def normalised(layer: nn.LayerNorm, before: int, _after: int) -> int:
    """All maps, where they share mean and deviation; else each its own."""
    return 1 if len(layer.normalized_shape) > 2 else before


def unknown(_layer: nn.Module, _before: int, _after: int) -> None:
    """Nobody knows."""


def stacked(branches: list[tuple[str, int]]) -> tuple[Connection, ...]:
    """To the last part of each branch, whose maps are stacked; given its name and how many they are."""
    firsts = [sum(maps for _, maps in branches[:k]) for k in range(len(branches))]
    return tuple(Connection(name, maps, first, maps) for first, (name, maps) in zip(firsts, branches, strict=True))


def added(summands: list[str], maps: int) -> tuple[Connection, ...]:
    """To the parts whose maps are added, each to the one at its place."""
    return tuple(Connection(name, maps, 0, maps) for name in summands)
