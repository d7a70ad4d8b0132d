"""Choosing images so that every class keeps its share."""

from __future__ import annotations

import numpy as np

from cnnviz.arrays import Array
from cnnviz.refusal import Refusal


def stratified(labels: Array, count: int, seed: int) -> Array:
    """Indices of `count` images with the same share of each class to within one image, ascending; 0 means all.

    The images are shuffled, ordered by class, and taken at even distances.

    Raises:
        Refusal: fewer images than classes, or more than there are.
    """
    if count in (0, len(labels)):
        return np.arange(len(labels))
    classes = len(np.unique(labels))
    if not classes <= count <= len(labels):
        raise Refusal(f"A subset must have {classes} to {len(labels):,} images, and not {count:,}.")
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    return np.sort(by_class[np.arange(count) * len(labels) // count])
