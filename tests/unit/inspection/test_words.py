"""Formulas with the numbers of an image."""

from __future__ import annotations

import numpy as np
import pytest

from cnnviz.inspection.records import ForwardPass
from cnnviz.inspection.words import input_words, softmax_formula
from cnnviz.settings import TrainingSettings


def test_the_softmax_formula_has_the_numbers_in_it():
    passed = ForwardPass([], np.array([1.0, 2.0]), np.array([0.2689, 0.7311]))
    assert passed.predicted == 1
    assert softmax_formula(passed, "ab") == r"P(\text{b}) = \frac{e^{2.00}}{e^{1.00} + \cdots + e^{2.00}} = 0.7311"


@pytest.mark.parametrize(
    ("other", "end"), [(-9.0, "= 0.9999"), (-9.3, "= 0.9999"), (-10.0, "> 0.9999"), (-80.0, "> 0.9999")]
)
def test_a_probability_that_is_not_1_is_not_written_as_1(other, end):
    passed = ForwardPass([], np.array([other, 0.0]), np.array([0.0, 1.0]))
    assert softmax_formula(passed, "ab").endswith(end)


@pytest.mark.parametrize(
    ("normalisation", "shuffled", "words"),
    [
        ("none", False, ""),
        ("none", True, "in a shuffled order"),
        ("half", False, "minus 0.5, divided by 0.5"),
        ("mnist", False, "minus 0.1307, divided by 0.3081"),
        ("mnist", True, "in a shuffled order, minus 0.1307, divided by 0.3081"),
    ],
)
def test_what_is_done_to_the_pixels(normalisation, shuffled, words):
    said = input_words(TrainingSettings(normalisation=normalisation, shuffle_pixels=shuffled))
    assert said == "28x28 pixels from 0 to 1" + (f"; the first layer reads them {words}" if words else "")
