"""One sentence that reads the curves of a training, as a teacher would."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from cnnviz.training.records import LayerStatistics, Measurement

GUESSING = math.log(10)  # nats: the loss of ten equal probabilities
RISES = 3  # tests in a row
WORSE = 1.1  # times the lowest test loss
FLAT = 0.01  # of the test loss, over FLAT_TESTS tests
FLAT_TESTS = 5
PATIENCE = 200  # steps before a loss that does not fall is spoken of


def read(
    measurements: Sequence[Measurement], statistics: Sequence[LayerStatistics] = (), *, warming: bool = False
) -> str:
    """What the curves of a training say so far; empty before its second test.

    Args:
        measurements: in their order.
        statistics: of its layers, by step.
        warming: whether the learning rate still rises; then nothing is said of a loss that does not fall yet.
    """
    tests = [m for m in measurements if m.split == "test"]
    if len(tests) < 2:
        return ""
    for look in (_dead, _overfitting) if warming else (_dead, _guessing, _overfitting, _flat):
        sentence = look(measurements, tests, statistics)
        if sentence:
            return sentence
    fell = "fell" if tests[-1].loss < tests[-2].loss else "rose"
    return f"Test loss {fell} from {tests[-2].loss:.3f} to {tests[-1].loss:.3f} since step {tests[-2].step:,}."


def _dead(_all: object, _tests: object, statistics: Sequence[LayerStatistics]) -> str:
    gone = [name for name, share in statistics[-1].dead.items() if share == 1] if statistics else []
    return f"Every unit of {gone[0]} answers 0 to every image: nothing behind it can learn any more." if gone else ""


def _guessing(measurements: object, tests: Sequence[Measurement], _statistics: object) -> str:
    last = tests[-1]
    if last.step < PATIENCE or last.loss < GUESSING - 0.05:
        return ""
    return (
        f"After {last.step:,} steps the test loss is {last.loss:.2f}, and pure guessing has ln 10 = {GUESSING:.2f}: "
        "the learning rate is far too low, or far too high."
    )


def _overfitting(measurements: Sequence[Measurement], tests: Sequence[Measurement], _statistics: object) -> str:
    lowest = min(range(len(tests)), key=lambda k: tests[k].loss)
    since = len(tests) - 1 - lowest
    if since < RISES or tests[-1].loss < WORSE * tests[lowest].loss:
        return ""
    before, now = _train_losses(measurements, tests[lowest].step, tests[-1].step)
    if not now < before:
        return ""
    rises = 0
    while rises < since and tests[-1 - rises].loss > tests[-2 - rises].loss:
        rises += 1
    times = (
        f"has risen for {rises} tests"
        if rises >= RISES
        else f"is {tests[-1].loss / tests[lowest].loss:.1f} times its lowest"
    )
    return f"Test loss {times} while train loss falls: overfitting since step {tests[lowest].step:,}."


def _train_losses(measurements: Sequence[Measurement], step: int, last: int) -> tuple[float, float]:
    """Mean loss of the batches after a step, and of as many before the last one."""
    steps, losses = np.array([(m.step, m.loss) for m in measurements if m.split == "batch"]).T
    width = max((last - step) // 4, 1)
    return float(losses[(steps > step) & (steps <= step + width)].mean()), float(losses[steps > last - width].mean())


def _flat(_measurements: object, tests: Sequence[Measurement], _statistics: object) -> str:
    recent = [m.loss for m in tests[-FLAT_TESTS:]]
    if len(recent) < FLAT_TESTS or tests[-1].step < PATIENCE or max(recent) - min(recent) > FLAT * recent[0]:
        return ""
    return f"The test loss has stayed at {recent[-1]:.3f} for {FLAT_TESTS} tests: this rate has little more to give."
