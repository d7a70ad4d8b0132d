"""Preprocessing: from pixels to the input of a network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cnnviz.arrays import Array
from cnnviz.settings import NORMALISATIONS, TrainingSettings

SHUFFLE_SEED = 0  # of the pixels: the same order for every run, so that runs can be compared


def normalised(images: Array, normalisation: str) -> Tensor:
    """Standardisation of (N, 28, 28) uint8 pixels: (pixel / 255 - mean) / deviation, (N, 1, 28, 28) float32."""
    mean, deviation = NORMALISATIONS[normalisation]
    pixels = torch.tensor(images).float().div_(255)[:, None]
    return pixels if (mean, deviation) == (0.0, 1.0) else pixels.sub_(mean).div_(deviation)


def prepared(images: Array, settings: TrainingSettings) -> Tensor:
    """Network input of (N, 28, 28) uint8 pixels under the settings of a run, (N, 1, 28, 28)."""
    seen = normalised(images, settings.normalisation)
    return shuffled(seen) if settings.shuffle_pixels else seen


def shuffled(images: Tensor) -> Tensor:
    """One permutation of the pixels, the same for each of the (N, 1, H, W) images."""
    order = np.random.default_rng(SHUFFLE_SEED).permutation(images[0].numel())
    return images.flatten(1)[:, torch.from_numpy(order)].view_as(images)
