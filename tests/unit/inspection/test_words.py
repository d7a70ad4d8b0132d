"""Formulas with the numbers of an image."""

from __future__ import annotations

import numpy as np

from cnnviz.inspection.records import ForwardPass
from cnnviz.inspection.words import softmax_formula


def test_the_softmax_formula_has_the_numbers_in_it():
    passed = ForwardPass(np.zeros((1, 2, 2)), [], np.array([1.0, 2.0]), np.array([0.2689, 0.7311]))
    assert passed.predicted == 1
    assert softmax_formula(passed, "ab") == r"P(\text{b}) = \frac{e^{2.00}}{e^{1.00} + \cdots + e^{2.00}} = 0.7311"
