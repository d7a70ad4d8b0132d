"""t-SNE against a plain gradient by torch, and against scikit-learn's."""

from __future__ import annotations

import numba
import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from cnnviz.embedding import quality, tsne
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.refusal import Refusal

PIXELS, LABELS = load_digits(return_X_y=True)
POINTS, CLASSES = PIXELS[:500], LABELS[:500]
SETTINGS = EmbeddingSettings(images=500)


@pytest.fixture(scope="module")
def frames():
    return list(tsne.embed(POINTS, SETTINGS))


def dense_divergence(places: torch.Tensor, affinities: torch.Tensor, exaggeration: float = 1.0) -> torch.Tensor:
    """The objective as it is written in the paper; its gradient is what exaggeration multiplies the attraction of."""
    distances = (places[:, None] - places[None]).square().sum(2)
    near = 1 / (1 + distances)
    near = near - torch.diag(near.diagonal())
    attraction = -(exaggeration * affinities * torch.log((1 + distances).reciprocal())).sum()
    entropy = (affinities[affinities > 0] * torch.log(affinities[affinities > 0])).sum()
    return entropy + attraction + torch.log(near.sum())


@pytest.mark.parametrize("exaggeration", [1.0, 12.0])
def test_the_gradient_is_that_of_the_paper(exaggeration):
    affinities = tsne.PerplexityBasedNN(POINTS[:80], 10, method="exact").P.tocsr()
    places = np.random.default_rng(0).normal(size=(80, 2)).astype(np.float32)
    descent = tsne.Descent(affinities, places)
    gradient, total = tsne.gradient_and_sum(descent.places, *descent.sparse, np.float32(exaggeration))
    free = torch.tensor(places, dtype=torch.float64, requires_grad=True)
    value = dense_divergence(free, torch.tensor(affinities.toarray()), exaggeration)
    value.backward()
    np.testing.assert_allclose(gradient.T, free.grad.numpy(), rtol=2e-3, atol=1e-6)
    if exaggeration == 1:
        assert tsne.divergence(descent.places, *descent.sparse, total) == pytest.approx(value.item(), rel=1e-4)


def test_neighbours_come_together(frames):
    before, after = (quality.vote(quality.neighbours_of(f.positions), CLASSES) for f in (frames[0], frames[-1]))
    theirs = TSNE(perplexity=30, random_state=0).fit(POINTS)
    assert before < 0.8
    assert after >= quality.vote(quality.neighbours_of(theirs.embedding_), CLASSES) - 0.02
    assert frames[-1].kl_divergence < 1.05 * theirs.kl_divergence_


def test_frames(frames):
    assert [f.iteration for f in frames] == list(range(0, 751, 25))
    assert all(f.positions.shape == (500, 2) and f.positions.dtype == np.float32 for f in frames)
    assert frames[0].positions.std(axis=0).max() == pytest.approx(1e-4, rel=0.01)
    assert frames[-1].kl_divergence < frames[11].kl_divergence < frames[0].kl_divergence


@pytest.mark.parametrize("threads", [1, 2])
def test_a_map_does_not_depend_on_the_number_of_threads(frames, threads):
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, before))
    again = list(tsne.embed(POINTS, SETTINGS))[-1]
    numba.set_num_threads(before)
    np.testing.assert_array_equal(again.positions, frames[-1].positions)


def test_a_warm_start_stays_near(frames):
    start = frames[-1].positions
    moved = list(tsne.embed(POINTS, SETTINGS.but(iterations=50), start=start))
    assert [f.iteration for f in moved] == [0, 25, 50]
    radius = np.linalg.norm(start, axis=1).mean()
    assert np.linalg.norm(moved[-1].positions - start, axis=1).mean() < 0.1 * radius
    assert moved[-1].kl_divergence < frames[-1].kl_divergence * 1.02


def test_wide_features_are_reduced():
    wide = np.random.default_rng(0).normal(size=(60, 200))
    assert tsne.reduce(wide, seed=0).shape == (60, 50)
    assert tsne.reduce(wide[:, :7], seed=0).shape == (60, 7)


@pytest.mark.parametrize(
    ("features", "sentence"),
    [
        (np.full((500, 4), np.nan), "features contain NaN: this training diverged"),
        (np.ones((500, 4)), "All images have the same features"),
        (POINTS[:50], "perplexity must be a number from 1 to 16"),
    ],
)
def test_features_that_cannot_be_placed_are_refused(features, sentence):
    with pytest.raises(Refusal, match=sentence):
        next(tsne.embed(features, SETTINGS))


def test_identical_points_do_no_harm():
    points = np.repeat(POINTS[:20], 5, axis=0)
    last = list(tsne.embed(points, EmbeddingSettings(images=100, perplexity=10.0)))[-1]
    assert np.isfinite(last.positions).all()


@pytest.mark.parametrize(
    "changes", [{"perplexity": 0}, {"perplexity": float("nan")}, {"perplexity": 600.0}, {"images": 5}, {"seed": -1}]
)
def test_settings_outside_their_range_are_refused(changes):
    with pytest.raises(Refusal, match="must be"):
        EmbeddingSettings(**changes)


def test_quality(frames):
    positions = frames[-1].positions
    found = quality.quality(POINTS, positions, CLASSES, kl_divergence=0.5)
    assert found.kl_divergence == 0.5
    assert found.trustworthiness == pytest.approx(trustworthiness(POINTS, positions, n_neighbors=12))
    wrong = sum(
        KNeighborsClassifier(10).fit(np.delete(positions, i, 0), np.delete(CLASSES, i)).predict(positions[i : i + 1])[0]
        != CLASSES[i]
        for i in range(0, 500, 10)
    )
    votes = quality.neighbours_of(positions)[::10]
    ours = sum(
        np.bincount(CLASSES[row], minlength=10).argmax() != label
        for row, label in zip(votes, CLASSES[::10], strict=True)
    )
    assert ours == wrong
    assert 0.3 < found.neighbours_kept < 1
    flat = PCA(2).fit_transform(POINTS)
    assert quality.vote(quality.neighbours_of(flat), CLASSES) < found.accuracy_map
    assert quality.quality(POINTS, POINTS, CLASSES, kl_divergence=0.0).neighbours_kept == 1
