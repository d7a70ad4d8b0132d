"""Overfitting: what is learned holds for the training images alone, wrong labels among them."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.language import Sentence, counted, sentence
from cnnviz.numbers import percent
from cnnviz.training.evidence import CHANCE, Evidence
from cnnviz.training.records import Measurement

AFTER_LOWEST = 2  # tests, before a higher one is more than chance
RISES = 3  # tests in a row
WORSE = 1.1  # times the lowest test loss
MARGIN = 0.1  # of labels answered as given, beyond those that are right


def overfitting(seen: Evidence) -> Sentence | None:
    """Overfitting: the test loss rises while the train loss falls, to where the test loss never was."""
    lowest, last = seen.tests[seen.lowest], seen.tests[-1]
    if len(seen.tests) - 1 - seen.lowest < AFTER_LOWEST or last.loss < WORSE * lowest.loss:
        return None
    before, now = seen.train_losses(lowest.step, last.step)
    if not now < before or not now < max(lowest.loss, seen.floor):
        return None
    values = {"times": last.loss / lowest.loss, "step": lowest.step}
    if _learns_wrong_labels(seen):
        return sentence(
            "Test loss is {times:.1f} times its lowest: overfitting since step {step:,}. {answered} of the training "
            "labels are answered as given, and only {right} are right: the rest is learned by heart.",
            **values,
            **_labels(seen),
        )
    rises = _rises(seen.tests[seen.lowest :])
    if rises < RISES:
        return sentence(
            "Test loss is {times:.1f} times its lowest while train loss falls: overfitting since step {step:,}.",
            **values,
        )
    return counted(
        "Test loss has risen for {count} test while train loss falls: overfitting since step {step:,}.",
        "Test loss has risen for {count} tests while train loss falls: overfitting since step {step:,}.",
        rises,
        step=lowest.step,
    )


def _rises(tests: Sequence[Measurement]) -> int:
    """Number of tests at the end of which each has a higher loss than the one before."""
    rises = 0
    while rises < len(tests) - 1 and tests[-1 - rises].loss > tests[-2 - rises].loss:
        rises += 1
    return rises


def by_heart(seen: Evidence) -> Sentence | None:
    """Wrong labels that are answered as given: nothing but the single image can tell them."""
    if not _learns_wrong_labels(seen):
        return None
    return sentence(
        "{answered} of the training labels are answered as given, and only {right} are right: "
        "the rest is learned by heart.",
        **_labels(seen),
    )


def _learns_wrong_labels(seen: Evidence) -> bool:
    """Whether more labels are answered as given than are right."""
    wrong, answered = seen.settings.label_noise, seen.train_accuracy
    return wrong > 0 and answered is not None and answered > max(1 - wrong, CHANCE) + MARGIN


def _labels(seen: Evidence) -> dict[str, str]:
    return {"answered": percent(seen.train_accuracy or 0), "right": percent(1 - seen.settings.label_noise, 0)}
