"""Predictions of a trained network on test images, its confusion matrix, and its mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
Order = Literal["confidence", "margin", "loss", "random"]
SEED = 0  # of the random order, which is the same for everybody

KEYS: Mapping[Order, Callable[[Predictions], Sequence[Array]]] = {
    "confidence": lambda answers: (-answers.confidence, answers.right),
    "margin": lambda answers: (answers.margin,),
    "loss": lambda answers: (-answers.loss,),
    "random": lambda answers: (np.random.default_rng(SEED).permutation(len(answers.labels)),),
}
"""What images are ordered by, ascending, the first criterion last; of equal ones the lower number is first."""


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
    predictions: Predictions,
    verdict: Verdict = "all",
    label: int | None = None,
    predicted: int | None = None,
    order: Order = "confidence",
) -> Array:
    """Indices of the images with this verdict and these classes, in an order.

    Args:
        predictions: on all images.
        verdict: whether the prediction is to be the label.
        label: the true class; None for any.
        predicted: the predicted class; None for any.
        order: by confidence, wrong before right; by margin, the smallest first; by loss, the largest first; or at
            random, each image at the same place among the others whatever was chosen.
    """
    wanted = np.ones(len(predictions.labels), dtype=bool)
    if verdict != "all":
        wanted &= predictions.right == (verdict == "right")
    if label is not None:
        wanted &= predictions.labels == label
    if predicted is not None:
        wanted &= predictions.predicted == predicted
    indices = np.flatnonzero(wanted)
    found: Array = indices[np.lexsort([key[indices] for key in KEYS[order](predictions)])]
    return found
