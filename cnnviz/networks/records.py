"""Records of networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnnviz.arrays import IMAGE_SHAPE
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.settings import OPTIMISERS, TrainingSettings


@dataclass(frozen=True)
class NetworkSpec:
    """What is known about a network; `build` gives a torch.nn.Sequential whose last child is the last dense layer."""

    label: str
    lesson: str
    build: Callable[[TrainingSettings], Any]
    tutorial: TrainingSettings
    input_shape: tuple[int, int, int] = IMAGE_SHAPE  # channels, height, width
    reordered: bool = True  # whether adding up in another, faster order is worth its other rounding

    def title(self, settings: TrainingSettings) -> str:
        """The name that a run of this network gets: what was chosen, in a few words."""
        epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs"
        return f"{self.label} · {OPTIMISERS[settings.optimiser]} {settings.learning_rate:g} · {epochs}"


@dataclass(frozen=True)
class Part:
    """One layer of a network, or a place where branches join, as it is drawn and listed."""

    name: str  # dotted where it is inside of a block
    kind: str  # "Conv2d" as torch calls it, or "image", "concatenate", "add"
    label: str  # in its box of the diagram: "conv 5x5"
    role: str  # "convolution", "dense" or "join", which the diagram colours; empty for any other
    words: str  # "5x5, stride 2"
    shape: tuple[int, ...]  # of its output for one image
    written: str  # sum of its parameters: "10 × (1 × 5 × 5 + 1)"; empty where it has none
    parameters: int
    multiply_adds: int | None  # for one image; None where nobody knows
    receptive_field: ReceptiveField | None  # of a unit, in pixels of the image; None where nobody knows
    milliseconds: float  # of the forward pass of one batch
    sources: tuple[str, ...]  # the parts that it reads
    branches: tuple[tuple[str, str], ...] = ()  # (block, branch) that it stands on, from the outermost
