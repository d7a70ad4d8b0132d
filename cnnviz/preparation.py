"""From pixels to what a network sees: normalised, on purpose disturbed, turned and shifted."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnviz.records import Array
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


def noisy_labels(labels: Array, share: float, seed: int) -> Array:
    """(N,) labels of which this share, chosen by the seed, is replaced by another class of the ten at random."""
    rng = np.random.default_rng(seed)
    wrong = rng.permutation(len(labels))[: round(share * len(labels))]
    noisy = labels.copy()
    noisy[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return noisy


def augmented(images: Tensor, shift: float, rotate: float) -> Tensor:
    """(N, 1, H, W) images, each turned by up to `rotate` degrees and shifted by up to `shift` pixels at random.

    What comes in from outside repeats the border. The random numbers are torch's.
    """
    count, _, height, width = images.shape
    draws = (torch.rand(3, count) * 2 - 1).to(images.device)
    angle = draws[0] * math.radians(rotate)
    across, down = (2 * shift * draw / side for draw, side in zip(draws[1:], (width, height), strict=True))
    cosine, sine = angle.cos(), angle.sin()
    matrices = torch.stack([torch.stack([cosine, -sine, across], 1), torch.stack([sine, cosine, down], 1)], 1)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
