"""Learning rate finder (range test): a short training whose rate grows with every step until the loss explodes.

Source: L. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch import Tensor

from cnnviz.training.loop import Training
from cnnviz.training.rate_range import averaged
from cnnviz.training.records import RateTrial

LOWEST, HIGHEST = 1e-6, 1.0
STEPS = 100
EXPLODED = 4.0  # times the lowest loss


def try_rates(training: Training) -> Iterator[RateTrial]:
    """Learning rate range test from LOWEST to HIGHEST; the state of the training is restored at its end.

    Yields rate and loss of each step; ends early when the averaged loss is EXPLODED times its lowest.
    """
    state = training.state()
    trials: list[RateTrial] = []
    try:
        for rate, (images, labels) in zip(rates(), _batches(training), strict=False):
            loss, _ = training.update(images, labels, rate=rate)
            if not np.isfinite(loss):
                return
            trials.append(RateTrial(rate, loss))
            yield trials[-1]
            if has_exploded(trials):
                return
    finally:
        training.restore(state)


def rates() -> Sequence[float]:
    """Geometric sequence of STEPS learning rates."""
    tried: list[float] = np.geomspace(LOWEST, HIGHEST, STEPS).tolist()
    return tried


def _batches(training: Training) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches without end."""
    training.network.train()
    while True:
        yield from training.batches.serve(training.batches.order())


def has_exploded(trials: Sequence[RateTrial]) -> bool:
    """Whether the averaged loss is more than EXPLODED times its lowest."""
    losses = averaged(trials)
    return bool(losses[-1] > EXPLODED * losses.min())
