"""Records of forward passes and predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.arrays import Array

if TYPE_CHECKING:
    from cnnviz.networks.records import Part  # its package imports torch, and most pages draw before that


@dataclass(frozen=True)
class LayerOutput:
    """Output of one part of a network for one image."""

    part: Part
    maps: Array  # (C, H, W); a row of D numbers is (1, 1, D)
    kernels: Array | None = None  # of a convolution, (C_out, C_in / groups, k_h, k_w)


@dataclass(frozen=True)
class ForwardPass:
    """Forward pass of one image."""

    layers: Sequence[LayerOutput]  # the first one is the image as the network reads it, the last one has the logits
    logits: Array  # (10,)
    probabilities: Array  # (10,)

    @property
    def predicted(self) -> int:
        """Index of the largest logit."""
        return int(self.logits.argmax())


@dataclass(frozen=True)
class Predictions:
    """Predictions on N images."""

    labels: Array  # (N,) true classes
    probabilities: Array  # (N, 10) float32

    @cached_property
    def predicted(self) -> Array:
        """Index of the largest probability, (N,)."""
        return self.probabilities.argmax(axis=1)

    @cached_property
    def right(self) -> Array:
        """Whether the prediction is the label, (N,) bool."""
        return self.predicted == self.labels

    @cached_property
    def confidence(self) -> Array:
        """Probability of the predicted class, (N,)."""
        return self.probabilities.max(axis=1)

    @cached_property
    def margin(self) -> Array:
        """Probability of the predicted class minus that of the next one, (N,)."""
        highest = np.partition(self.probabilities, -2, axis=1).astype(np.float64)  # the difference is exact then
        margin: Array = highest[:, -1] - highest[:, -2]
        return margin

    @cached_property
    def loss(self) -> Array:
        """Cross-entropy, minus the logarithm of the probability of the true class, (N,), nats per image."""
        truth = self.probabilities[np.arange(len(self.labels)), self.labels].astype(np.float64)
        with np.errstate(divide="ignore"):  # infinite where a float could not hold the probability
            loss: Array = -np.log(truth)
        return loss
