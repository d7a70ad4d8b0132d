"""Placing new points on a map that exists."""

from __future__ import annotations

import numpy as np
from sklearn.neighbors import NearestNeighbors

from cnnviz.arrays import Array
from cnnviz.embedding.quality import NEIGHBOURS


def place(new: Array, features: Array, positions: Array) -> Array:
    """(M, 2) positions of new (M, D) features: the mean of their nearest neighbours', the nearer the weightier."""
    distances, neighbours = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(features).kneighbors(new)
    weights = 1 / np.maximum(distances, 1e-9)
    weighted: Array = (weights[..., None] * positions[neighbours]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return weighted
