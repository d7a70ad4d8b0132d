"""Learning rate schedules of torch, as factors of the chosen rate after `now` of `steps` updates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from cnnviz.settings import TrainingSettings

STEP_FACTOR = 0.1  # at each of two places
WARM_SHARE = 0.3  # of the training, the warm-up of one-cycle
START_DIVISOR, END_DIVISOR = 25.0, 25.0 * 1e4  # of one-cycle, below its peak


def constant(now: int, steps: int) -> float:
    """Always 1."""
    return 1.0


def step(now: int, steps: int) -> float:
    """Step decay: a tenth after each third. Source: torch.optim.lr_scheduler.StepLR."""
    return STEP_FACTOR ** min(2, 3 * now // steps)


def cosine(now: int, steps: int) -> float:
    """Cosine annealing from 1 to 0. Source: torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov, Hutter, 2017."""
    return (1 + math.cos(math.pi * now / steps)) / 2


def one_cycle(now: int, steps: int) -> float:
    """One cycle: up from 1/25 to 1 in 30 % of the steps, then down to almost 0; the momentum stays as it is.

    Source: torch.optim.lr_scheduler.OneCycleLR(cycle_momentum=False); L. Smith, 2018.
    """
    peak = WARM_SHARE * steps - 1  # torch's: one step before the share is done
    if now <= peak:
        return _between(1 / START_DIVISOR, 1.0, now / peak)
    return _between(1.0, 1 / END_DIVISOR, min((now - peak) / (steps - 1 - peak), 1.0))


def _between(start: float, end: float, share: float) -> float:
    """Half a cosine from start to end."""
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


FACTORS: Mapping[str, Callable[[int, int], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one_cycle": one_cycle,
}


def rate(settings: TrainingSettings, now: int, steps: int) -> float:
    """Learning rate of the settings and their schedule after `now` of `steps` updates."""
    return settings.learning_rate * FACTORS[settings.schedule](now, steps)
