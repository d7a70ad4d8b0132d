"""Range of learning rates that a range test recommends: from where the loss has begun to fall to where it is safe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.arrays import Array
from cnnviz.training.curves import smooth
from cnnviz.training.records import RatesTried, RateTrial, SafeRates

SMOOTHING = 0.8  # share of the past
QUIET = 20  # first trials, whose rates change next to nothing: their losses scatter by noise alone
NOISE = 5.0  # standard deviations that the loss must fall by
BEGUN, FALLEN = 0.1, 0.8  # shares of the fall after which it has begun, and is mostly done
SAFE = 1 / 3  # of the rate where it is mostly done: a training has more steps to go wrong than the trial had


def averaged(trials: Sequence[RateTrial]) -> Array:
    """Exponential moving average of the losses, (N,) nats per image."""
    return smooth(np.array([trial.loss for trial in trials]), SMOOTHING)


def summary(trials: Sequence[RateTrial]) -> RatesTried:
    """The trials, and the range: none where the loss does not fall by more than its noise."""
    rates, losses = [trial.rate for trial in trials], [trial.loss for trial in trials]
    average = averaged(trials)
    lowest = int(average.argmin())
    start, scatter = float(np.mean(losses[:QUIET])), float(np.std(losses[:QUIET]))
    fall = start - float(average[lowest])
    if not fall > NOISE * scatter:
        return RatesTried(rates, losses, average.tolist(), None)
    fallen = rates[int(np.argmax(average <= start - FALLEN * fall))]
    before = np.flatnonzero(average[:lowest] > start - BEGUN * fall)
    begun = rates[before[-1] + 1] if len(before) else rates[0]
    return RatesTried(rates, losses, average.tolist(), SafeRates(min(begun, SAFE * fallen / 3), SAFE * fallen, fallen))
