"""Changes of settings while a training runs."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cnnviz.refusal import Refusal
from cnnviz.settings import CHANGEABLE, TrainingSettings
from cnnviz.training.records import Change


def changed(settings: TrainingSettings, change: Change) -> TrainingSettings:
    """Settings after a change.

    Raises:
        Refusal: a setting cannot be changed while a training runs, or its value is out of range.
    """
    fixed = [name for name in change.settings if name not in CHANGEABLE]
    if fixed:
        raise Refusal(
            "{setting} cannot be changed while a training runs; {changeable} can.",
            setting=fixed[0],
            changeable=", ".join(CHANGEABLE),
        )
    return settings.but(**change.settings)


def after(settings: TrainingSettings, changes: Sequence[Change]) -> TrainingSettings:
    """Settings after all these changes."""
    return functools.reduce(changed, changes, settings)
