"""What a trained network says of the test images, and where it is wrong."""

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
    """Probabilities of the test images of a run's data set: of all, or of those with the chosen indices."""
    data = datasets.load(settings.dataset)
    logits = outputs(network, prepared(data.test_images[chosen], settings))
    return Predictions(data.test_labels[chosen], torch.softmax(logits, dim=1).numpy())


def confusion(predictions: Predictions) -> Array:
    """(10, 10) counts: row is the true class, column the predicted one."""
    classes = predictions.probabilities.shape[1]
    pairs = predictions.labels * classes + predictions.predicted
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def chosen(
    predictions: Predictions, verdict: Verdict = "all", label: int | None = None, predicted: int | None = None
) -> Array:
    """Indices of the images of a verdict and classes: the wrong ones first, the most confident of each first."""
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
