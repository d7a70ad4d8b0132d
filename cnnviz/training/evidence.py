"""Evidence of a diagnosis: what the measurements of a training show, before anything is concluded from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.layer_language import NETWORK, parse
from cnnviz.settings import TrainingSettings
from cnnviz.training.records import LayerStatistics, Measurement

GUESSING = math.log(10)  # nats: cross-entropy of ten equal probabilities
PATIENCE = 200  # steps before a loss that does not fall is spoken of
CHANCE = 0.2  # accuracy that need not be more than luck and one class in favour
RECENT = 50  # batches of which the mean is the train loss
STEADY_IMAGES = 64  # over so many, single images no longer make the loss jump


@dataclass(frozen=True)
class Evidence:
    """A training so far, tested at least twice."""

    measurements: Sequence[Measurement]  # in their order
    statistics: Sequence[LayerStatistics]  # by step
    settings: TrainingSettings  # that hold now
    since: int = 0  # the step after which they do

    @cached_property
    def tests(self) -> Sequence[Measurement]:
        """The tests under way."""
        return [m for m in self.measurements if m.split == "test"]

    @cached_property
    def lowest(self) -> int:
        """Which of the tests has the lowest loss."""
        return min(range(len(self.tests)), key=lambda k: self.tests[k].loss)

    @cached_property
    def train_loss(self) -> float:
        """Mean loss of the RECENT batches before the last test, nats per image; NaN where there are none."""
        last = self.tests[-1].step
        before = (m.loss for m in reversed(self.measurements) if m.split == "batch" and m.step <= last)
        recent = list(islice(before, RECENT))
        return float(np.mean(recent)) if recent else math.nan

    @cached_property
    def train_accuracy(self) -> float | None:
        """Accuracy by the labels as they are given, wrong ones too, in the last whole epoch."""
        return next((m.accuracy for m in reversed(self.measurements) if m.split == "epoch"), None)

    @cached_property
    def batches(self) -> tuple[Array, Array]:
        """Step and loss of each batch, (N,) and (N,)."""
        steps, losses = np.array([(m.step, m.loss) for m in self.measurements if m.split == "batch"]).reshape(-1, 2).T
        return steps, losses

    @property
    def highest_train_loss(self) -> float:
        """The highest loss that STEADY_IMAGES images in a row have had."""
        losses, window = self.batches[1], -(-STEADY_IMAGES // self.settings.batch_size)
        window = min(window, len(losses))
        return float(np.convolve(losses, np.full(window, 1 / window), "valid").max())

    def train_losses(self, first: int, last: int) -> tuple[float, float]:
        """Mean loss of the batches that follow a step, and of as many before another; NaN where there are none."""
        steps, losses = self.batches
        width = max((last - first) // 4, 1)
        after, before = (steps > first) & (steps <= first + width), (steps > last - width) & (steps <= last)
        if not after.any() or not before.any():
            return math.nan, math.nan
        return float(losses[after].mean()), float(losses[before].mean())

    @property
    def gradient_norms(self) -> Mapping[str, float]:
        """Of the weights of each layer, the last ones measured."""
        return self.statistics[-1].gradient_norms if self.statistics else {}

    @property
    def floor(self) -> float:
        """Train loss of a network that knows every digit and how many labels are wrong, nats: their entropy."""
        wrong = self.settings.label_noise
        shares = [(1 - wrong, 1), (wrong / 9, 9)]  # of the true label, and of each of the others
        return -sum(count * share * math.log(share) for share, count in shares if share)

    @property
    def dropout(self) -> float:
        """The largest share that a layer of a visitor's own network leaves out while it trains, 0..1."""
        if self.settings.network != "custom":
            return 0.0
        return max(layer.dropout for layer in parse(self.settings.layers, NETWORK)) / 100
