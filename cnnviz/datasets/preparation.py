"""From pixels to what a network sees: normalised, on purpose disturbed, turned and shifted."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from cnnviz.arrays import Array
from cnnviz.settings import NORMALISATIONS, TrainingSettings

SHUFFLE_SEED = 0  # of the pixels: the same order for every run, so that runs can be compared


def normalised(images: Array, normalisation: str) -> Tensor:
    """(N, 28, 28) uint8 pixels to (N, 1, 28, 28) float32, divided by 255, less the mean, over the deviation."""
    mean, deviation = NORMALISATIONS[normalisation]
    pixels = torch.tensor(images).float().div_(255)[:, None]
    return pixels if (mean, deviation) == (0.0, 1.0) else pixels.sub_(mean).div_(deviation)


def prepared(images: Array, settings: TrainingSettings) -> Tensor:
    """(N, 28, 28) uint8 pixels as the network of a run sees them, (N, 1, 28, 28): its pixels may be shuffled."""
    seen = normalised(images, settings.normalisation)
    return shuffled(seen) if settings.shuffle_pixels else seen


def shuffled(images: Tensor) -> Tensor:
    """(N, 1, H, W) images whose pixels all change places, in every image in the same way."""
    order = np.random.default_rng(SHUFFLE_SEED).permutation(images[0].numel())
    return images.flatten(1)[:, torch.from_numpy(order)].view_as(images)
