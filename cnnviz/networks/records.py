"""Records of networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnviz.arrays import IMAGE_SHAPE
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.language import say, say_count
from cnnviz.settings import OPTIMISERS, TrainingSettings


@dataclass(frozen=True)
class NetworkSpec:
    """What is known about a network; `build` returns a torch.nn.Sequential whose last child is the last dense layer."""

    label: str  # a template, as `description`
    description: str
    build: Callable[[TrainingSettings], Any]
    tutorial: TrainingSettings
    input_shape: tuple[int, int, int] = IMAGE_SHAPE  # channels, height, width
    known_as: Mapping[str, str] = field(default_factory=lambda: {"fc": "dense"})  # in other people's code: here
    reordered: bool = True  # whether a faster order of summation is worth its other rounding

    def title(self, settings: TrainingSettings) -> str:
        """Default name of a run of this network: network, optimiser, learning rate, epochs."""
        return say_count(
            "{network} · {optimiser} {rate:g} · {count} epoch",
            "{network} · {optimiser} {rate:g} · {count} epochs",
            settings.epochs,
            network=say(self.label),
            optimiser=say(OPTIMISERS[settings.optimiser]),
            rate=settings.learning_rate,
        )


@dataclass(frozen=True)
class Connection:
    """What maps of a part are made of: both they and the maps of the source stand in as many groups of equal size, and
    a map reads those of its own group.

    Numbers that stand in a row are one map.
    """

    source: str  # name of the part that is read
    groups: int | None  # 1: each map reads all of the source; as many as maps: its own one; None: nobody knows
    first: int  # of the maps of the part that read this source; where branches are stacked, each has its own
    maps: int  # from the first one on


@dataclass(frozen=True)
class Part:
    """One layer of a network, or a place where branches join, as it is drawn and listed."""

    name: str  # dotted where it is inside of a block
    kind: str  # "Conv2d" as torch calls it, or "image", "concatenate", "add"
    label: str  # in its box of the diagram: "conv 5x5"
    role: str  # "convolution", "dense" or "join", which the diagram colours; empty for any other
    words: str  # "5x5, stride 2"
    does: str  # "negative numbers become 0"
    shape: tuple[int, ...]  # of its output for one image
    written: str  # sum of its parameters: "10 × (1 × 5 × 5 + 1)"; empty where it has none
    parameters: int
    multiply_adds: int | None  # for one image; None where nobody knows
    receptive_field: ReceptiveField | None  # of a unit, in pixels of the image and its padding; None: nobody knows
    milliseconds: float | None  # of the forward pass of one batch; None where it scatters, or nothing is computed
    connections: tuple[Connection, ...]  # to the parts that it reads
    branches: tuple[tuple[str, str], ...] = ()  # (block, branch) that it stands on, from the outermost

    @property
    def sources(self) -> tuple[str, ...]:
        """The parts that it reads."""
        return tuple(dict.fromkeys(connection.source for connection in self.connections))

    @property
    def maps(self) -> int:
        """Its channels; 1 where its numbers stand in a row."""
        return self.shape[0] if len(self.shape) == 3 else 1

    @property
    def seen(self) -> str:
        """What of the image reaches a unit, at most: "5×5", "28×28 (of 160×160 with padding)"."""
        field = self.receptive_field
        if field is None or field.reached is None:
            return say("not known")
        most, spread, whole = (
            "{}×{}".format(*sides)
            for sides in ([one.most for one in field.reached], [one.spread for one in field.reached], field.size)
        )
        if most != spread:
            return say("{pixels} (spread over {whole})", pixels=most, whole=spread)
        return most if most == whole else say("{pixels} (of {whole} with padding)", pixels=most, whole=whole)
