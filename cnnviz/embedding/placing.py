"""Out-of-sample placement: new points on an existing map."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors

from cnnviz.arrays import Array
from cnnviz.embedding.quality import NEIGHBOURS


def place(new: Array, features: Array, positions: Array) -> Array:
    """Inverse-distance weighted mean of the positions of the nearest neighbours, (M, 2).

    Args:
        new: (M, D) features.
        features: (N, D) of the points on the map.
        positions: (N, 2) of these.
    """
    distances, neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(features).kneighbors(new)
    weights = 1 / np.maximum(distances, 1e-9)
    weighted: Array = (weights[..., None] * positions[neighbours]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return weighted
