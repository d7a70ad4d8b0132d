"""Diagnosis of learning curves in one sentence, as a teacher would read them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from cnnviz.language import Sentence, counted, sentence
from cnnviz.training.records import LayerStatistics, Measurement

GUESSING = math.log(10)  # nats: cross-entropy of ten equal probabilities
RISES = 3  # tests in a row
WORSE = 1.1  # times the lowest test loss
FLAT = 0.01  # of the test loss, over FLAT_TESTS tests
FLAT_TESTS = 5
PATIENCE = 200  # steps before a loss that does not fall is spoken of

Finding = Callable[[Sequence[Measurement], Sequence[Measurement], Sequence[LayerStatistics]], Sentence | None]


def diagnose(
    measurements: Sequence[Measurement], statistics: Sequence[LayerStatistics] = (), *, warming: bool = False
) -> Sentence | None:
    """The first finding that holds: dead units, guessing, overfitting, a plateau, else the change of the test loss.

    Args:
        measurements: in their order.
        statistics: of the layers, by step.
        warming: whether the learning rate still rises; a loss that does not fall yet is then no finding.

    Returns:
        None before the second test.
    """
    tests = [m for m in measurements if m.split == "test"]
    if len(tests) < 2:
        return None
    findings: Sequence[Finding] = (_dead, _overfitting) if warming else (_dead, _guessing, _overfitting, _plateau)
    found = (finding(measurements, tests, statistics) for finding in findings)
    return next((said for said in found if said is not None), _change(*tests[-2:]))


def _change(before: Measurement, now: Measurement) -> Sentence:
    values = {"before": before.loss, "now": now.loss, "step": before.step}
    if now.loss < before.loss:
        return sentence("Test loss fell from {before:.3f} to {now:.3f} since step {step:,}.", **values)
    return sentence("Test loss rose from {before:.3f} to {now:.3f} since step {step:,}.", **values)


def _dead(_all: object, _tests: object, statistics: Sequence[LayerStatistics]) -> Sentence | None:
    """Dead units: a whole layer of them, which passes no gradient on."""
    layers = [name for name, share in statistics[-1].dead.items() if share == 1] if statistics else []
    if not layers:
        return None
    return sentence(
        "Every unit of {layer} answers 0 to every image: nothing behind it can learn any more.", layer=layers[0]
    )


def _guessing(_all: object, tests: Sequence[Measurement], _statistics: object) -> Sentence | None:
    """A loss no better than that of equal probabilities."""
    last = tests[-1]
    if last.step < PATIENCE or last.loss < GUESSING - 0.05:
        return None
    return counted(
        "After {count:,} step the test loss is {loss:.2f}, and pure guessing has ln 10 = {guessing:.2f}: "
        "the learning rate is far too low, or far too high.",
        "After {count:,} steps the test loss is {loss:.2f}, and pure guessing has ln 10 = {guessing:.2f}: "
        "the learning rate is far too low, or far too high.",
        last.step,
        loss=last.loss,
        guessing=GUESSING,
    )


def _overfitting(
    measurements: Sequence[Measurement], tests: Sequence[Measurement], _statistics: object
) -> Sentence | None:
    """Overfitting: the test loss rises while the train loss falls."""
    lowest = min(range(len(tests)), key=lambda k: tests[k].loss)
    since = len(tests) - 1 - lowest
    if since < RISES or tests[-1].loss < WORSE * tests[lowest].loss:
        return None
    before, now = _train_losses(measurements, tests[lowest].step, tests[-1].step)
    if not now < before:
        return None
    rises = _rises(tests[lowest:])
    if rises < RISES:
        return sentence(
            "Test loss is {times:.1f} times its lowest while train loss falls: overfitting since step {step:,}.",
            times=tests[-1].loss / tests[lowest].loss,
            step=tests[lowest].step,
        )
    return counted(
        "Test loss has risen for {count} test while train loss falls: overfitting since step {step:,}.",
        "Test loss has risen for {count} tests while train loss falls: overfitting since step {step:,}.",
        rises,
        step=tests[lowest].step,
    )


def _rises(tests: Sequence[Measurement]) -> int:
    """Number of tests at the end of which each has a higher loss than the one before."""
    rises = 0
    while rises < len(tests) - 1 and tests[-1 - rises].loss > tests[-2 - rises].loss:
        rises += 1
    return rises


def _train_losses(measurements: Sequence[Measurement], step: int, last: int) -> tuple[float, float]:
    """Mean loss of the batches after a step, and of as many before the last one."""
    steps, losses = np.array([(m.step, m.loss) for m in measurements if m.split == "batch"]).T
    width = max((last - step) // 4, 1)
    return float(losses[(steps > step) & (steps <= step + width)].mean()), float(losses[steps > last - width].mean())


def _plateau(_all: object, tests: Sequence[Measurement], _statistics: object) -> Sentence | None:
    """A plateau of the test loss."""
    recent = [m.loss for m in tests[-FLAT_TESTS:]]
    if len(recent) < FLAT_TESTS or tests[-1].step < PATIENCE or max(recent) - min(recent) > FLAT * recent[0]:
        return None
    return counted(
        "The test loss has stayed at {loss:.3f} for {count} test: this rate has little more to give.",
        "The test loss has stayed at {loss:.3f} for {count} tests: this rate has little more to give.",
        FLAT_TESTS,
        loss=recent[-1],
    )
