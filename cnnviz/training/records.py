"""Records of a training: measurements, snapshots, statistics, changes, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cnnviz.arrays import Array
from cnnviz.language import Sentence

Split = Literal["batch", "epoch", "test", "final"]
TEST_IMAGES = 2_000  # of the sample that tests under way take
STATISTICS_IMAGES = 100  # of the sample that tells dead units; with these, statistics take about as long as half a step


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
    """Gradient norms and dead units at a step, by torch's names of the layers, from the first to the last."""

    step: int
    gradient_norms: Mapping[str, float]  # of the weights; empty at step 0
    dead: Mapping[str, float]  # share of each ReLU's units whose activation is 0 for every image of a sample


@dataclass(frozen=True)
class Change:
    """New values of settings for a training that runs."""

    settings: Mapping[str, float]  # of changes.RECORDED
    step: int | None = None  # after which they hold; None while the worker has not acknowledged them


@dataclass(frozen=True)
class Reached:
    """Early stopping: the target accuracy or the patience of the settings was reached before the last step."""

    step: int
    why: Sentence


@dataclass(frozen=True)
class Diverged:
    """Divergence: the loss exploded, or a weight stopped being a finite number, at this step."""

    step: int
    cause: Sentence


CurveAxis = Literal["steps", "images", "seconds"]  # the horizontal axis of learning curves


@dataclass(frozen=True)
class RateTrial:
    """One step of the learning rate finder."""

    rate: float
    loss: float  # nats per image


@dataclass(frozen=True)
class SafeRates:
    """Learning rates at which a training is safe."""

    low: float  # where the loss begins to fall
    high: float
    fallen: float  # beyond them: where the loss has done most of its fall


@dataclass(frozen=True)
class RatesTried:
    """Result of the learning rate finder."""

    rates: Sequence[float]
    losses: Sequence[float]  # nats per image
    averaged: Sequence[float]  # exponential moving average of the losses
    safe: SafeRates | None  # None where the loss does not fall by more than it scatters


@dataclass(frozen=True)
class Curve:
    """Learning curve of one split."""

    steps: Array  # (N,) int
    images: Array  # (N,) training images seen
    seconds: Array  # (N,) of training
    losses: Array  # (N,) nats per image
    accuracies: Array  # (N,) 0..1

    def at(self, step: float, axis: CurveAxis) -> float:
        """Position of a step on a horizontal axis."""
        return float(np.interp(step, self.steps, getattr(self, axis))) if len(self.steps) else float(step)


@dataclass(frozen=True, eq=False)
class Curves:
    """Learning curves of one training, ready to be drawn."""

    batch: Curve
    smoothed: Curve  # of the batches
    epoch: Curve
    test: Curve


@dataclass(frozen=True)
class Annotation:
    """Annotation of the curves at a step."""

    step: int
    text: str
