"""Diagnosis of learning curves in one sentence, as a teacher would read them.

Each finding says what was measured; it names a cause only where the measurements leave no other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from cnnviz.language import Sentence, joined, mark, sentence
from cnnviz.numbers import told_apart
from cnnviz.settings import TrainingSettings
from cnnviz.training.evidence import PATIENCE, Evidence
from cnnviz.training.guessing import guessing
from cnnviz.training.overfitting import by_heart, overfitting
from cnnviz.training.records import STATISTICS_IMAGES, LayerStatistics, Measurement

FLAT = 0.01  # of the test loss, over FLAT_TESTS tests
FLAT_TESTS = 5

Finding = Callable[[Evidence], Sentence | None]


def diagnose(
    measurements: Sequence[Measurement],
    statistics: Sequence[LayerStatistics],
    settings: TrainingSettings,
    *,
    since: int = 0,
    warming: bool = False,
) -> Sentence | None:
    """The first finding that holds: dead units, guessing, overfitting, a plateau, else the change of the test loss.

    Args:
        measurements: in their order.
        statistics: of the layers, by step.
        settings: that hold now.
        since: the step after which they do.
        warming: whether the learning rate still rises; a loss that does not fall yet is then no finding.

    Returns:
        None before the second test.
    """
    seen = Evidence(measurements, statistics, settings, since)
    if len(seen.tests) < 2:
        return None
    findings: Sequence[Finding] = (dead, overfitting) if warming else (dead, guessing, overfitting, by_heart, plateau)
    found = (finding(seen) for finding in findings)
    return next((said for said in found if said is not None), change(*seen.tests[-2:]))


def change(before: Measurement, now: Measurement) -> Sentence:
    """From one test to the next."""
    first, last = told_apart(before.loss, now.loss)
    values = {"before": first, "now": last, "step": before.step}
    if now.loss < before.loss:
        return sentence("Test loss fell from {before} to {now} since step {step:,}.", **values)
    if now.loss > before.loss:
        return sentence("Test loss rose from {before} to {now} since step {step:,}.", **values)
    return sentence("Test loss is the same as at step {step:,}: {now}.", **values)


def dead(seen: Evidence) -> Sentence | None:
    """Dead units: a whole layer of them. Which weights got no gradient was measured: a skip may lead around it."""
    layers = [name for name, share in seen.statistics[-1].dead.items() if share == 1] if seen.statistics else []
    if not layers:
        return None
    values = {
        "step": seen.statistics[-1].step,
        "layers": joined(layers, mark("{first}, {second}")),
        "images": STATISTICS_IMAGES,
    }
    still = [name for name, norm in seen.gradient_norms.items() if norm == 0]
    if not still:
        return sentence(
            "After step {step:,} every unit of {layers} answers 0 to each of {images} test images: "
            "it passes only zeros on, and no gradient back.",
            **values,
        )
    return sentence(
        "After step {step:,} every unit of {layers} answers 0 to each of {images} test images: "
        "it passes only zeros on, and no gradient back. The weights of {still} got no gradient.",
        still=joined(still, mark("{first}, {second}")),
        **values,
    )


def plateau(seen: Evidence) -> Sentence | None:
    """A plateau of the test loss."""
    recent = [m.loss for m in seen.tests[-FLAT_TESTS:]]
    low, high = min(recent), max(recent)
    falls = all(after < before for before, after in pairwise(recent))
    if len(recent) < FLAT_TESTS or seen.tests[-1].step < PATIENCE or high - low > FLAT * recent[0] or falls:
        return None
    if low == high:
        return None
    least, most = told_apart(low, high)
    return sentence(
        "A plateau: since step {step:,} the test loss lies between {low} and {high}.",
        step=seen.tests[-FLAT_TESTS].step,
        low=least,
        high=most,
    )
