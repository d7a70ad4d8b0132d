"""Data augmentation (shifts and rotations) and label noise."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnviz.arrays import Array


def noisy_labels(labels: Array, share: float, seed: int) -> Array:
    """Label noise: (N,) labels, this share of them replaced by another of the ten classes, chosen by the seed."""
    rng = np.random.default_rng(seed)
    wrong = rng.permutation(len(labels))[: round(share * len(labels))]
    noisy = labels.copy()
    noisy[wrong] = (labels[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return noisy


def augmented(images: Tensor, shift: float, rotate: float) -> Tensor:
    """Random rotation by up to `rotate` degrees and shift by up to `shift` pixels of each of the (N, 1, H, W) images.

    The border is repeated outside of the image. The random numbers are torch's.
    """
    count, _, height, width = images.shape
    draws = (torch.rand(3, count) * 2 - 1).to(images.device)  # drawn on the CPU: the same numbers for every device
    angle = draws[0] * math.radians(rotate)
    across, down = (2 * shift * draw / side for draw, side in zip(draws[1:], (width, height), strict=True))
    cosine, sine = angle.cos(), angle.sin()
    matrices = torch.stack([torch.stack([cosine, -sine, across], 1), torch.stack([sine, cosine, down], 1)], 1)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
