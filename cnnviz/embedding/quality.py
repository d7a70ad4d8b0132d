"""Quality of a map: trustworthiness, kept neighbours, accuracy of a nearest-neighbour vote."""

from __future__ import annotations

import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from cnnviz.arrays import Array
from cnnviz.embedding.records import MapQuality

NEIGHBOURS = 10
TRUSTED = 12  # neighbours of trustworthiness


def quality(features: Array, positions: Array, labels: Array, *, kl_divergence: float) -> MapQuality:
    """How much of the (N, D) features, with labels (N,), the (N, 2) positions keep."""
    near, near_map = neighbours_of(features), neighbours_of(positions)
    kept = np.mean([len(np.intersect1d(a, b)) for a, b in zip(near, near_map, strict=True)]) / NEIGHBOURS
    return MapQuality(
        trustworthiness=float(trustworthiness(features, positions, n_neighbors=min(TRUSTED, (len(labels) - 1) // 2))),
        neighbours_kept=float(kept),
        accuracy_features=vote(near, labels),
        accuracy_map=vote(near_map, labels),
        kl_divergence=float(kl_divergence),
    )


def neighbours_of(points: Array) -> Array:
    """k nearest neighbours: (N, NEIGHBOURS) indices of other points."""
    found: Array = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points).kneighbors(return_distance=False)
    return found


def vote(neighbours: Array, labels: Array) -> float:
    """Accuracy of a majority vote of the neighbours, 0..1; the smallest label wins a draw."""
    ballots = np.apply_along_axis(np.bincount, 1, labels[neighbours], minlength=labels.max() + 1)
    return float((ballots.argmax(axis=1) == labels).mean())
