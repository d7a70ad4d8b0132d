"""t-SNE as a generator of frames.

Affinities and initial positions come from openTSNE; the gradient is computed exactly, for all pairs of points, which
up to some 30,000 points is faster than the usual approximations.

Source: L. van der Maaten, G. Hinton, "Visualizing Data using t-SNE", 2008; A. Belkina et al., "Automated optimized
parameters for t-SNE", 2019 (learning rate); D. Kobak, P. Berens, "The art of using t-SNE", 2019 (initialisation).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numba
import numpy as np
from openTSNE import initialization
from openTSNE.affinity import PerplexityBasedNN
from sklearn.decomposition import PCA

from cnnviz.arrays import Array
from cnnviz.embedding.records import Frame
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.refusal import Refusal

DIMENSIONS = 50  # wider features are reduced by PCA first
EXAGGERATION = 12.0  # of the attraction, early on
MOMENTUM = (0.5, 0.8)  # with exaggeration, without
SMALLEST_GAIN = 0.01
EVERY = 25  # iterations between two frames


def embed(features: Array, settings: EmbeddingSettings, start: Array | None = None) -> Iterator[Frame]:
    """t-SNE: positions whose neighbourhoods are those of the features.

    Args:
        features: (N, D) numbers.
        settings: perplexity, iterations and seed.
        start: (N, 2) positions to continue from, without exaggeration and at their own scale; else PCA.

    Yields:
        A Frame at the start, every EVERY iterations, and at the end.

    Raises:
        Refusal: the features cannot be placed; the sentence says why.
    """
    check(features, settings)
    reduced = reduce(features, settings.seed)
    affinities = affinities_of(reduced, settings.perplexity, settings.seed)
    descent = Descent(affinities, first_positions(reduced, settings.seed) if start is None else start)
    yield descent.frame()
    exaggerated = settings.exaggerated if start is None else 0
    for iteration in range(1, exaggerated + settings.iterations + 1):
        descent.step(iteration <= exaggerated)
        if iteration % EVERY == 0 or iteration == exaggerated + settings.iterations:
            yield descent.frame()


def check(features: Array, settings: EmbeddingSettings) -> None:
    """Raise Refusal unless the features can be placed with these settings."""
    if not np.isfinite(features).all():
        raise Refusal("The features contain NaN: this training diverged. Choose an earlier snapshot or another run.")
    if np.ptp(features, axis=0).max(initial=0) == 0:
        raise Refusal("All images have the same features: this network has stopped telling them apart.")
    if features.shape[1] < 2:
        raise Refusal("A map needs two features or more for each image, and this network has one.")
    settings.but(images=len(features))  # checks the perplexity against as many images as there are


def reduce(features: Array, seed: int) -> Array:
    """PCA of (N, D) features to (N, at most DIMENSIONS)."""
    if features.shape[1] <= DIMENSIONS:
        return features.astype(np.float64)
    components = min(DIMENSIONS, len(features) - 1)
    reduced: Array = PCA(components, random_state=seed).fit_transform(features.astype(np.float64))
    return reduced


def affinities_of(reduced: Array, perplexity: float, seed: int) -> Any:
    """Joint probabilities of neighbours, a sparse (N, N) matrix whose sum is 1."""
    return PerplexityBasedNN(reduced, perplexity, method="exact", n_jobs=1, random_state=seed).P.tocsr()


def first_positions(reduced: Array, seed: int) -> Array:
    """Initialisation: the first two principal components, scaled to a standard deviation of 1e-4, (N, 2)."""
    positions: Array = initialization.pca(reduced, n_components=2, random_state=seed)
    return positions


class Descent:
    """Gradient descent on the Kullback-Leibler divergence, with momentum and a gain for each coordinate."""

    def __init__(self, affinities: Any, start: Array) -> None:
        self.affinities = affinities
        self.places = np.ascontiguousarray(start.T, dtype=np.float32)  # (2, N): contiguous rows for the inner loops
        self.update, self.gains = np.zeros_like(self.places), np.ones_like(self.places)
        self.iteration = 0

    def step(self, exaggerated: bool = False) -> None:
        """One iteration; the learning rate is N over the exaggeration. Source: A. Belkina et al., 2019."""
        exaggeration = EXAGGERATION if exaggerated else 1.0
        gradient, _ = gradient_and_sum(self.places, *self.sparse, np.float32(exaggeration))
        same_way = np.sign(gradient) == np.sign(self.update)
        self.gains = np.maximum(
            np.where(same_way, self.gains * np.float32(0.8), self.gains + np.float32(0.2)), SMALLEST_GAIN
        )
        momentum = np.float32(MOMENTUM[0] if exaggerated else MOMENTUM[1])
        rate = np.float32(self.places.shape[1] / exaggeration)
        self.update = momentum * self.update - rate * self.gains * gradient
        self.places += self.update
        self.places -= self.places.mean(axis=1, keepdims=True)
        self.iteration += 1

    @property
    def sparse(self) -> tuple[Array, Array, Array]:
        """Affinities in compressed rows: where each row starts, its columns, its values."""
        matrix = self.affinities
        return matrix.indptr, matrix.indices, matrix.data.astype(np.float32)

    def frame(self) -> Frame:
        """Present positions and their Kullback-Leibler divergence."""
        _, total = gradient_and_sum(self.places, *self.sparse, np.float32(1))
        return Frame(self.iteration, self.places.T.copy(), divergence(self.places, *self.sparse, total))


@numba.njit(parallel=True, fastmath=True, nogil=True, cache=True)
def gradient_and_sum(
    places: Array, starts: Array, columns: Array, values: Array, exaggeration: np.float32
) -> tuple[Array, np.float32]:
    """Gradient of the divergence, (2, N), and the sum of Student's t kernel over all ordered pairs.

    Each point sums its own pairs in a fixed order, so that the result does not depend on the number of threads.
    """
    x, y = places[0], places[1]
    count = len(x)
    one = np.float32(1)
    pull, push, sums = np.empty_like(places), np.empty_like(places), np.empty(count, np.float32)
    for i in numba.prange(count):
        push_x = push_y = total = np.float32(0)
        for j in range(count):
            dx, dy = x[i] - x[j], y[i] - y[j]
            near = one / (one + dx * dx + dy * dy)
            total += near
            push_x += near * near * dx
            push_y += near * near * dy
        pull_x = pull_y = np.float32(0)
        for k in range(starts[i], starts[i + 1]):
            dx, dy = x[i] - x[columns[k]], y[i] - y[columns[k]]
            weight = values[k] / (one + dx * dx + dy * dy)
            pull_x += weight * dx
            pull_y += weight * dy
        push[0, i], push[1, i], pull[0, i], pull[1, i], sums[i] = push_x, push_y, pull_x, pull_y, total - one
    whole = np.float32(sums.astype(np.float64).sum())
    return np.float32(4) * (exaggeration * pull - push / whole), whole


@numba.njit(nogil=True, cache=True)
def divergence(places: Array, starts: Array, columns: Array, values: Array, total: np.float32) -> float:
    """Kullback-Leibler divergence of the map's kernel from the affinities, nats."""
    result = 0.0
    for i in range(places.shape[1]):
        for k in range(starts[i], starts[i + 1]):
            if values[k] > 0:
                dx, dy = places[0, i] - places[0, columns[k]], places[1, i] - places[1, columns[k]]
                result += values[k] * np.log(values[k] * total * (1.0 + dx * dx + dy * dy))
    return result


def warm_up() -> None:
    """Compile the loops, or load them from the cache."""
    points = np.random.default_rng(0).normal(size=(40, 3))
    next(embed(points, EmbeddingSettings(images=40, perplexity=5.0)))
