"""The sentence about the curves says what was put into them."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.training import diagnosis
from cnnviz.training.records import LayerStatistics, Measurement


def told(split, step, loss):
    return Measurement(step, split, loss, 0.5, images=50 * step, seconds=step / 100)


def training(tests, train=None, every=100):
    """Tests with these losses every so many steps, and batches with the interpolated losses of `train`, or of them."""
    steps = np.arange(len(tests)) * every
    batches = np.arange(1, steps[-1] + 1)
    losses = np.interp(batches, steps, tests if train is None else train)
    both = [told("batch", int(s), float(x)) for s, x in zip(batches, losses, strict=True)]
    return both + [told("test", int(s), x) for s, x in zip(steps, tests, strict=True)]


@pytest.mark.parametrize(
    ("tests", "train", "sentence"),
    [
        ([2.3], None, ""),
        ([2.3, 1.0], None, "Test loss fell from 2.300 to 1.000 since step 0."),
        ([2.3, 0.5, 0.6], None, "Test loss rose from 0.500 to 0.600 since step 100."),
        (
            [2.3, 1.0, 0.5, 0.6, 0.7, 0.8],
            [2.3, 1.0, 0.5, 0.3, 0.2, 0.1],
            "Test loss has risen for 3 tests while train loss falls: overfitting since step 200.",
        ),
        (
            [2.3, 0.5, 0.7, 0.6, 0.9, 0.8],
            [2.3, 0.5, 0.4, 0.3, 0.2, 0.1],
            "Test loss is 1.6 times its lowest while train loss falls: overfitting since step 100.",
        ),
        ([2.3, 0.5, 0.6, 0.7, 0.8], None, "Test loss rose from 0.700 to 0.800 since step 300."),
        ([2.3, 2.301, 2.299], None, "After 200 steps the test loss is 2.30, and pure guessing has ln 10 = 2.30"),
        ([2.3, 0.401, 0.4, 0.4, 0.401, 0.4], None, "The test loss has stayed at 0.400 for 5 tests"),
    ],
)
def test_what_is_read(tests, train, sentence):
    found = diagnosis.diagnose(training(tests, train))
    assert (found is None) == (sentence == "")
    assert found is None or str(found).startswith(sentence)


def test_while_the_rate_still_rises_guessing_is_no_verdict():
    measurements = training([2.3, 2.301, 2.299])
    assert "pure guessing" in str(diagnosis.diagnose(measurements))
    assert str(diagnosis.diagnose(measurements, warming=True)) == "Test loss fell from 2.301 to 2.299 since step 100."


def test_a_dead_layer_is_named_first():
    measurements = training([2.3, 2.3, 2.3])
    some = [LayerStatistics(200, {}, {"relu1": 0.5, "relu2": 1.0})]
    assert str(diagnosis.diagnose(measurements, some)).startswith("Every unit of relu2 answers 0")
    alive = [*some, LayerStatistics(300, {}, {"relu1": 0.5, "relu2": 0.9})]
    assert str(diagnosis.diagnose(measurements, alive)).startswith("After 200 steps")
