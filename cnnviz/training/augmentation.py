"""Training images and labels disturbed on purpose: wrong labels, shifts and turns."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnviz.arrays import Array


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
