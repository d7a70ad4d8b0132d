"""Changes of settings while a training runs."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

from cnnviz.refusal import Refusal
from cnnviz.settings import CHANGEABLE, TrainingSettings
from cnnviz.training.records import Change

RECORDED = (*CHANGEABLE, "epochs")  # of which a training that has ended may get more


def changed(settings: TrainingSettings, change: Change, names: Sequence[str] = CHANGEABLE) -> TrainingSettings:
    """Settings after a change of those with these names.

    Raises:
        Refusal: a setting cannot be changed while a training runs, or its value is out of range.
    """
    fixed = [name for name in change.settings if name not in names]
    if fixed:
        raise Refusal(
            "{setting} cannot be changed while a training runs; {changeable} can.",
            setting=fixed[0],
            changeable=", ".join(CHANGEABLE),
        )
    return settings.but(**change.settings)


def after(settings: TrainingSettings, changes: Sequence[Change]) -> TrainingSettings:
    """Settings after all these changes."""
    return functools.reduce(lambda now, change: changed(now, change, RECORDED), changes, settings)


def by_step(changes: Sequence[Change]) -> Mapping[int, Mapping[str, float]]:
    """What was changed after each step, in the order of the changes; what nobody has acknowledged is left out."""
    made: dict[int, dict[str, float]] = {}
    for change in changes:
        if change.step is not None:
            made.setdefault(change.step, {}).update(change.settings)
    return made


def stretch(settings: TrainingSettings, epochs: int, known: Sequence[Change]) -> Sequence[Change]:
    """The changes that more epochs are: the number from the start on, unless it is known, and from now on another.

    A schedule is stretched over all epochs, so that its rates until now are those of the fewer ones.
    """
    first = [] if any("epochs" in change.settings for change in known) else [Change({"epochs": settings.epochs}, 0)]
    return [*first, Change({"epochs": epochs})]
