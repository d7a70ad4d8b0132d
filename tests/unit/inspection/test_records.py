"""What follows from probabilities."""

from __future__ import annotations

import numpy as np

from cnnviz.inspection.records import Predictions


def test_predictions():
    answers = Predictions(np.array([1, 0]), np.array([[0.2, 0.8], [0.3, 0.7]]))
    assert answers.predicted.tolist() == [1, 1]
    assert answers.right.tolist() == [True, False]
    assert answers.confidence.tolist() == [0.8, 0.7]
