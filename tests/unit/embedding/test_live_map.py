"""The map that follows a training: it keeps neighbours together, and goes on from where it stood."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz import datasets, networks
from cnnviz.embedding import quality
from cnnviz.embedding.live_map import LiveMap
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.embedding.tsne import embed
from cnnviz.inspection import features
from cnnviz.networks import weights
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop
from cnnviz.training.curves import batch_losses
from cnnviz.training.records import Snapshot

SETTINGS = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=6)
SHORT = SETTINGS.but(epochs=1)


@pytest.fixture(scope="module")
def trained(digits_data):
    one = loop.Training(SETTINGS, digits_data)
    seen = [record for record in one.records() if isinstance(record, Snapshot)]
    return one.network, seen


@pytest.mark.slow
def test_neighbours_by_features_are_neighbours_on_the_map(trained, digits_data):
    network, _ = trained
    moving = LiveMap(SETTINGS)
    frame = moving.frame(network, 7)
    assert frame.iteration == 7
    assert len(moving.chosen) == len(frame.positions) == 360
    labels = datasets.load("digits").test_labels[moving.chosen]
    with torch.no_grad():
        points = features.features(network.eval(), moving.images)
    kept = quality.quality(points, frame.positions, labels, kl_divergence=frame.kl_divergence)
    assert kept.trustworthiness > 0.95
    assert kept.accuracy_map > kept.accuracy_features - 0.05


def test_it_does_not_jump(trained):
    network, seen = trained
    moving = LiveMap(SETTINGS)
    earlier = weights.load_network(SETTINGS, seen[-2].weights)
    before = moving.frame(earlier, seen[-2].step).positions
    after = moving.frame(network, seen[-1].step).positions
    fresh = LiveMap(SETTINGS).frame(network, seen[-1].step).positions
    spread = before.std()
    assert np.linalg.norm(after - before, axis=1).mean() < 0.7 * spread
    assert np.linalg.norm(fresh - before, axis=1).mean() > np.linalg.norm(after - before, axis=1).mean()


def test_a_network_that_tells_nothing_apart_has_no_map():
    network = networks.build(SETTINGS)
    with torch.no_grad():
        network.conv2.weight.zero_()
    assert LiveMap(SETTINGS).frame(network, 0) is None


def test_the_training_does_not_notice_it(digits_data):
    plain = list(batch_losses(loop.train(SHORT, digits_data)))
    one, moving, watched = loop.Training(SHORT, digits_data), LiveMap(SHORT), []
    for record in one.records():
        watched.append(record)
        if isinstance(record, Snapshot):
            moving.frame(one.network, one.step)
    assert list(batch_losses(watched)) == plain


ONE_FEATURE = "conv 1 k7 s4; conv 1 k6 s4"
TWO_FEATURES = "conv 2 k7 s4; conv 2 k6 s4"


@pytest.mark.parametrize(
    ("layers", "width"),
    [(ONE_FEATURE, 1), (TWO_FEATURES, 2), (f"{ONE_FEATURE} relu", 1), (f"{TWO_FEATURES} relu", 2)],
)
def test_no_width_of_features_ends_a_training(layers, width):
    settings = TrainingSettings(dataset="digits", network="custom", layers=layers)
    network, moving = networks.build(settings), LiveMap(settings)
    assert features.features(network, moving.images).shape[1] == width
    frames = [moving.frame(network, step) for step in (0, 1)]
    assert (frames[0] is None) == (width == 1) or layers.endswith("relu")  # which may answer 0 to every image


def test_whatever_goes_wrong_with_a_map_the_training_goes_on(caplog):
    moving = LiveMap(SETTINGS)
    moving.images = torch.zeros(3, 1, 4, 4)  # too small for the network
    assert moving.frame(networks.build(SETTINGS), 7) is None
    assert "no live map after step 7" in caplog.text


def test_a_map_of_one_feature_is_refused_with_the_reason():
    with pytest.raises(Refusal, match="A map needs two features or more for each image"):
        next(embed(np.arange(50.0)[:, None], EmbeddingSettings(images=50, perplexity=5.0)))
