"""Records of a training: measurements, snapshots, statistics, changes, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

import numpy as np

from cnnviz.arrays import Array

Split = Literal["batch", "epoch", "test", "final"]


@dataclass(frozen=True)
class Measurement:
    """Loss and accuracy of one split at one step.

    batch: the batch of this step, before its update. epoch: mean over the batches of an epoch.
    test: a fixed stratified sample of the test images. final: all test images, once, at the end.
    """

    step: int  # optimiser updates done
    split: Split
    loss: float  # nats per image
    accuracy: float  # 0..1
    images: int  # training images seen so far
    seconds: float  # of training, tests left out


@dataclass(frozen=True)
class Snapshot:
    """The weights at a step, by the names of torch's state_dict."""

    step: int
    weights: Mapping[str, Array] = field(repr=False)


@dataclass(frozen=True)
class LayerStatistics:
    """How the layers fare at a step, by torch's names of them, from the first to the last."""

    step: int
    gradient_norms: Mapping[str, float]  # of the weights; empty at step 0
    dead: Mapping[str, float]  # share of each ReLU's units that answered 0 to every image of a sample


@dataclass(frozen=True)
class Change:
    """New values of settings that a visitor gave a training while it ran."""

    settings: Mapping[str, float]  # of CHANGEABLE
    step: int | None = None  # after which they hold; None until a worker has acknowledged them


@dataclass(frozen=True)
class Reached:
    """What the settings named as the end was reached before the last step."""

    step: int
    why: str


@dataclass(frozen=True)
class Diverged:
    """The loss or a weight stopped being a finite number at this step."""

    step: int
    cause: str


CurveAxis = Literal["steps", "images", "seconds"]  # against which a training is drawn


@dataclass(frozen=True)
class RateTrial:
    """One step of the learning rate finder."""

    rate: float
    loss: float  # nats per image


@dataclass(frozen=True)
class RatesTried:
    """What the learning rate finder found."""

    rates: Sequence[float]
    losses: Sequence[float]  # nats per image
    averaged: Sequence[float]  # of the losses
    low: float  # rates from here
    high: float  # to here learn fast and safely

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """What a stored run has found; names it does not know are ignored."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Curve:
    """One line of a training: loss and accuracy, and when."""

    steps: Array  # (N,) int
    images: Array  # (N,) training images seen
    seconds: Array  # (N,) of training
    losses: Array  # (N,) nats per image
    accuracies: Array  # (N,) 0..1

    def at(self, step: float, axis: CurveAxis) -> float:
        """Where a step is on an axis."""
        return float(np.interp(step, self.steps, getattr(self, axis))) if len(self.steps) else float(step)


@dataclass(frozen=True)
class Curves:
    """The lines of one training, ready to be drawn."""

    batch: Curve
    smoothed: Curve  # of the batches
    epoch: Curve
    test: Curve


@dataclass(frozen=True)
class Mark:
    """Something that happened at a step, to be written on the curves."""

    step: int
    text: str
