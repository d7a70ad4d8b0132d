"""Records of networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnnviz.settings import OPTIMISERS, TrainingSettings


@dataclass(frozen=True)
class NetworkSpec:
    """What is known about a network; `build` gives a torch.nn.Sequential whose last child is the last dense layer."""

    label: str
    lesson: str
    build: Callable[[TrainingSettings], Any]
    tutorial: TrainingSettings
    input_shape: tuple[int, int, int] = (1, 28, 28)  # channels, height, width
    reordered: bool = True  # whether adding up in another, faster order is worth its other rounding

    def title(self, settings: TrainingSettings) -> str:
        """The name that a run of this network gets: what was chosen, in a few words."""
        epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs"
        return f"{self.label} · {OPTIMISERS[settings.optimiser]} {settings.learning_rate:g} · {epochs}"


@dataclass(frozen=True)
class Part:
    """One layer of a network, or a place where ways join, as it is drawn and listed."""

    name: str  # dotted where it is inside of a block
    kind: str  # "Conv2d" as torch calls it, or "image", "concatenate", "add"
    words: str  # "5x5, stride 2"
    shape: tuple[int, ...]  # of its output for one image
    written: str  # sum of its parameters: "10 × (1 × 5 × 5) + 10"
    parameters: int
    multiply_adds: int  # for one image
    look: tuple[int, int]  # pixels of the image, along either axis, that one unit sees; and from one unit to the next
    milliseconds: float  # of the forward pass of one batch
    sources: tuple[str, ...]  # the parts that it reads
