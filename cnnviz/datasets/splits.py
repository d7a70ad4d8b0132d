"""Stratified sampling of images."""

from __future__ import annotations

import numpy as np

from cnnviz.arrays import Array
from cnnviz.refusal import Refusal


def stratified(labels: Array, count: int, seed: int) -> Array:
    """Stratified sample: ascending indices of `count` images, each class in its share to within one; 0 means all.

    The images are shuffled, ordered by class, and taken at equal distances.

    Raises:
        Refusal: `count` is smaller than the number of classes, or larger than that of the images.
    """
    if count in (0, len(labels)):
        return np.arange(len(labels))
    classes = len(np.unique(labels))
    if not classes <= count <= len(labels):
        raise Refusal(
            "A subset must have {fewest} to {most:,} images, and not {count:,}.",
            fewest=classes,
            most=len(labels),
            count=count,
        )
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    return np.sort(by_class[np.arange(count) * len(labels) // count])


def sample(labels: Array, count: int) -> Array:
    """Stratified sample of at most `count` images, as indices, always the same."""
    return stratified(labels, min(count, len(labels)), seed=0)


def one_of_each(labels: Array) -> Array:
    """The index of the first image of each class, by class."""
    first: Array = np.unique(labels, return_index=True)[1]
    return first
