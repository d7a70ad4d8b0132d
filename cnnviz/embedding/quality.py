"""How far to trust a map."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from cnnviz.arrays import Array
from cnnviz.embedding.records import MapQuality

NEIGHBOURS = 10
TRUSTED = 12  # neighbours of trustworthiness


def quality(features: Array, positions: Array, labels: Array, *, kl_divergence: float) -> MapQuality:
    """What the map keeps of the (N, D) features with labels (N,)."""
    near, near_map = neighbours_of(features), neighbours_of(positions)
    flat = PCA(2, random_state=0).fit_transform(features)
    kept = np.mean([len(np.intersect1d(a, b)) for a, b in zip(near, near_map, strict=True)]) / NEIGHBOURS
    return MapQuality(
        trustworthiness=float(trustworthiness(features, positions, n_neighbors=min(TRUSTED, (len(labels) - 1) // 2))),
        neighbours_kept=float(kept),
        accuracy_features=vote(near, labels),
        accuracy_map=vote(near_map, labels),
        accuracy_pca=vote(neighbours_of(flat), labels),
        kl_divergence=float(kl_divergence),
    )


def neighbours_of(points: Array) -> Array:
    """(N, NEIGHBOURS) indices of the nearest other points."""
    found: Array = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(points).kneighbors(return_distance=False)
    return found


def vote(neighbours: Array, labels: Array) -> float:
    """Share of points whose neighbours have mostly its own label; the smallest label wins a draw."""
    ballots = np.apply_along_axis(np.bincount, 1, labels[neighbours], minlength=labels.max() + 1)
    return float((ballots.argmax(axis=1) == labels).mean())
