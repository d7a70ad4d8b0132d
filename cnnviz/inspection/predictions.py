"""Predictions of a trained network on test images, its confusion matrix, and its mistakes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import nn

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.datasets.preparation import prepared
from cnnviz.inspection.records import Predictions
from cnnviz.networks.evaluation import outputs
from cnnviz.settings import TrainingSettings

Verdict = Literal["wrong", "right", "all"]


def predict(network: nn.Sequential, settings: TrainingSettings, chosen: Array | slice = slice(None)) -> Predictions:
    """Predictions on the test images of a run's data set: on all, or on those with the chosen indices."""
    data = datasets.load(settings.dataset)
    logits = outputs(network, prepared(data.test_images[chosen], settings))
    return Predictions(data.test_labels[chosen], torch.softmax(logits, dim=1).numpy())


def confusion(predictions: Predictions) -> Array:
    """Confusion matrix, (10, 10) counts: row is the true class, column the predicted one."""
    classes = predictions.probabilities.shape[1]
    pairs = predictions.labels * classes + predictions.predicted
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def chosen(
    predictions: Predictions, verdict: Verdict = "all", label: int | None = None, predicted: int | None = None
) -> Array:
    """Indices of the images with this verdict and these classes: wrong before right, confident before unsure."""
    wanted = np.ones(len(predictions.labels), dtype=bool)
    if verdict != "all":
        wanted &= predictions.right == (verdict == "right")
    if label is not None:
        wanted &= predictions.labels == label
    if predicted is not None:
        wanted &= predictions.predicted == predicted
    indices = np.flatnonzero(wanted)
    order: Array = np.lexsort((-predictions.confidence[indices], predictions.right[indices]))
    return indices[order]
