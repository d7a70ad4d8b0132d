"""Learning rate schedules of torch, as factors of the chosen rate by the share of the training that is done, 0..1."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from cnnviz.settings import TrainingSettings

STEP_FACTOR = 0.1  # at each of two places
WARM_SHARE = 0.3  # of the training, the warm-up of one-cycle
START_DIVISOR, END_DIVISOR = 25.0, 25.0 * 1e4  # of one-cycle, below its peak


def constant(done: float) -> float:
    """Always 1."""
    return 1.0


def step(done: float) -> float:
    """Step decay: a tenth after each third. Source: torch.optim.lr_scheduler.StepLR."""
    return STEP_FACTOR ** min(2, math.floor(3 * done + 1e-9))


def cosine(done: float) -> float:
    """Cosine annealing from 1 to 0. Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov, Hutter, 2017."""
    return (1 + math.cos(math.pi * done)) / 2


def one_cycle(done: float) -> float:
    """One cycle: up from 1/25 to 1 in 30 % of the steps, then down to almost 0.

    Source: torch.optim.lr_scheduler.OneCycleLR; L. Smith, 2018.
    """
    if done < WARM_SHARE:
        return _between(1 / START_DIVISOR, 1.0, done / WARM_SHARE)
    return _between(1.0, 1 / END_DIVISOR, (done - WARM_SHARE) / (1 - WARM_SHARE))


def _between(start: float, end: float, share: float) -> float:
    """Half a cosine from start to end."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


FACTORS: Mapping[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one_cycle": one_cycle,
}


def rate(settings: TrainingSettings, done: float) -> float:
    """Learning rate of the settings and their schedule when this share of the training is done."""
    return settings.learning_rate * FACTORS[settings.schedule](done)
