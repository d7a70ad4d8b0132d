"""The learning rate finder: one short training whose rate grows with every step, until the loss has had enough.

Source: L. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch import Tensor

from cnnviz.training.curves import smooth
from cnnviz.training.loop import Training
from cnnviz.training.records import RatesTried, RateTrial

LOWEST, HIGHEST = 1e-6, 1.0
STEPS = 100
ENOUGH = 4.0  # times the lowest loss
SMOOTHING = 0.8  # share of the past
START, END = 0.2, 0.8  # of the fall of the loss, between which a rate learns fast and safely


def try_rates(under_way: Training) -> Iterator[RateTrial]:
    """Train a little with rates from LOWEST to HIGHEST, then put everything back as it was.

    Yields the rate and the loss of each step; ends early when the averaged loss is ENOUGH times its lowest.
    """
    state = under_way.state()
    trials: list[RateTrial] = []
    try:
        for rate, (images, labels) in zip(rates(), _batches(under_way), strict=False):
            loss, _ = under_way.update(images, labels, rate=rate)
            if not np.isfinite(loss):
                return
            trials.append(RateTrial(rate, loss))
            yield trials[-1]
            if has_enough(trials):
                return
    finally:
        under_way.restore(state)


def rates() -> Sequence[float]:
    """STEPS rates, each the same factor above the one before."""
    tried: list[float] = np.geomspace(LOWEST, HIGHEST, STEPS).tolist()
    return tried


def _batches(under_way: Training) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end."""
    under_way.network.train()
    while True:
        yield from under_way.batches.serve(under_way.batches.order())


def has_enough(trials: Sequence[RateTrial]) -> bool:
    """Whether the averaged loss is ENOUGH times its lowest."""
    averaged = smooth(np.array([trial.loss for trial in trials]), SMOOTHING)
    return bool(averaged[-1] > ENOUGH * averaged.min())


def summary(trials: Sequence[RateTrial]) -> RatesTried:
    """What was tried, and the rates between which the averaged loss falls from START to END of its way down."""
    losses = smooth(np.array([trial.loss for trial in trials]), SMOOTHING)
    lowest = int(losses.argmin())
    fall = losses[0] - losses[lowest]
    share = (losses[0] - losses[: lowest + 1]) / fall if fall > 0 else np.ones(1)
    low, high = (trials[int(np.argmax(share >= part))].rate for part in (START, END))
    return RatesTried([t.rate for t in trials], [t.loss for t in trials], losses.tolist(), low, high)
