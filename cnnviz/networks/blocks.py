"""Parts in which a network forks: branches that are concatenated, and a skip that is added."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn


class Branches(nn.Module):
    """Several branches from the same maps; their outputs are stacked as channels."""

    def __init__(self, **branches: nn.Sequential) -> None:
        super().__init__()
        self.branches = nn.ModuleDict(branches)

    def named_branches(self) -> Iterator[tuple[str, nn.Sequential]]:
        """The branches with their names."""
        for name, branch in self.branches.items():
            assert isinstance(branch, nn.Sequential)
            yield name, branch

    def forward(self, maps: Tensor) -> Tensor:
        """(N, C, H, W) to (N, sum of the branches' channels, H, W)."""
        return torch.cat([branch(maps) for branch in self.branches.values()], dim=1)


class Residual(nn.Module):
    """Maps plus what a body makes of them, then ReLU: the body need only learn a correction."""

    def __init__(self, body: nn.Sequential, *, skip: bool = True) -> None:
        super().__init__()
        self.body, self.skip, self.relu = body, skip, nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        """(N, C, H, W) to the same shape; without the skip, the body alone."""
        return self.relu(maps + self.body(maps) if self.skip else self.body(maps))


def chain(**layers: nn.Module) -> nn.Sequential:
    """Layers one after the other, by their names."""
    return nn.Sequential(OrderedDict(layers))


def counted(name: str, count: int, make: Any) -> dict[str, nn.Module]:
    """The same part several times: name_1, name_2, …; without a number when there is one."""
    return {name if count == 1 else f"{name}_{k}": make() for k in range(1, count + 1)}
