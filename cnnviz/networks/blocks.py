"""Blocks: parallel branches that are concatenated, and a skip connection that is added."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import cast

import torch
from torch import Tensor, nn


class Branches(nn.Module):
    """Parallel branches that read the same maps; their outputs are concatenated along the channels."""

    def __init__(self, **branches: nn.Sequential) -> None:
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def named_branches(self) -> Iterator[tuple[str, nn.Sequential]]:
        """The branches with their names."""
        for name, branch in self.branches.items():
            yield name, cast(nn.Sequential, branch)

    def forward(self, maps: Tensor) -> Tensor:
        """(N, C, H, W) to (N, sum of the branches' channels, H, W)."""
        return torch.cat([branch(maps) for branch in self.branches.values()], dim=1)


class Residual(nn.Module):
    """Residual block: ReLU of maps + body(maps), so that the body need only learn a correction."""

    def __init__(self, body: nn.Sequential, *, skip: bool = True) -> None:
        super().__init__()
        self.body, self.skip, self.relu = body, skip, nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape; ReLU of the body alone without the skip connection."""
        return self.relu(maps + self.body(maps) if self.skip else self.body(maps))


def chain(**layers: nn.Module) -> nn.Sequential:
    """Layers one after the other, by their names."""
    return nn.Sequential(OrderedDict(layers))


def repeated(name: str, count: int, make: Callable[[], nn.Module]) -> dict[str, nn.Module]:
    """The same block several times: name_1, name_2, …; without a number when there is one."""
    return {name if count == 1 else f"{name}_{k}": make() for k in range(1, count + 1)}
