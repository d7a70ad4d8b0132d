"""A training on every device of this computer, against the same on its processor."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch

from cnnviz.datasets.preparation import prepared
from cnnviz.embedding.live_map import LiveMap
from cnnviz.networks import NETWORKS
from cnnviz.networks.evaluation import evaluate
from cnnviz.networks.weights import load_network
from cnnviz.settings import OPTIMISERS, TrainingSettings
from cnnviz.training import devices, loop, rate_finder
from cnnviz.training.loop import Training
from cnnviz.training.records import Change, Measurement, Snapshot

HERE = [
    "cpu",
    *(name for name, is_here in (("cuda", torch.cuda.is_available()), ("mps", torch.mps.is_available())) if is_here),
]
SMALL = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=2, subset=320, seed=3)
DROPOUT = {"network": "custom", "layers": "conv 6 k3 p1 relu max drop50"}


@pytest.fixture(autouse=True)
def repeatable(monkeypatch):
    """cuDNN may otherwise choose other sums in each run."""
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


def batch_losses(training: Training, count: int) -> list[float]:
    found = (r.loss for r in training.records() if isinstance(r, Measurement) and r.split == "batch")
    return list(islice(found, count))


def moved(training: Training) -> float:
    """How far three steps move the weight that they move farthest."""
    before = training.snapshot().weights
    batch_losses(training, 3)
    after = training.snapshot().weights
    return max(float(np.abs(after[name] - before[name]).max()) for name in before)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("device", HERE)
def test_the_first_step_is_that_of_the_processor(digits_data, device, network):
    settings = SMALL.but(network=network, device=device, learning_rate=0.01, optimiser="sgd")
    here, there = (batch_losses(Training(one, digits_data), 2) for one in (settings, settings.but(device="cpu")))
    assert here == pytest.approx(there, rel=1e-3)


@pytest.mark.parametrize("device", HERE)
@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("stop", [1, 13])
def test_a_training_is_resumed_where_its_state_was_taken(digits_data, device, stop, optimiser, exact):
    settings = SMALL.but(device=device, optimiser=optimiser, exact=exact, learning_rate=0.01, **DROPOUT)
    whole = batch_losses(Training(settings, digits_data), 20)
    first = Training(settings, digits_data)
    assert batch_losses(first, stop) == pytest.approx(whole[:stop], rel=1e-4)
    state = first.state()
    torch.rand(100, device=device)  # what another training draws meanwhile
    resumed = Training(settings, digits_data, state)
    assert batch_losses(resumed, 20 - stop) == pytest.approx(whole[stop:], rel=1e-4)


@pytest.mark.parametrize("device", HERE)
def test_its_snapshots_are_read_on_a_computer_without_it(digits_data, device):
    settings = SMALL.but(device=device, epochs=4, learning_rate=0.01)
    records = list(loop.train(settings, digits_data))
    last = next(r for r in reversed(records) if isinstance(r, Snapshot))
    final = next(r for r in records if isinstance(r, Measurement) and r.split == "final")
    network = load_network(settings.but(device="cpu"), last.weights)
    images, labels = prepared(digits_data.test_images, settings), torch.tensor(digits_data.test_labels)
    loss, accuracy = evaluate(network, images, labels)
    assert loss == pytest.approx(final.loss, rel=1e-3)
    assert accuracy == pytest.approx(final.accuracy, abs=1.5 / len(labels))  # one image may lie at the border
    assert final.accuracy > 0.5


@pytest.mark.parametrize("device", HERE)
def test_a_rate_is_found_changed_and_mapped_there(digits_data, device):
    settings = SMALL.but(device=device, learning_rate=0.01)
    assert np.isfinite([one.loss for one in islice(rate_finder.try_rates(Training(settings, digits_data)), 20)]).all()
    training = Training(settings, digits_data)
    assert moved(training) > 1e-3
    training.change(Change({"learning_rate": 1e-6}))
    assert moved(training) < 1e-4
    frame = LiveMap(settings).frame(training.network, 3)
    assert frame is not None
    assert np.isfinite(frame.positions).all()


@pytest.mark.parametrize("device", HERE)
def test_random_numbers_of_a_device_go_on_from_their_state(device):
    where = torch.device(device)
    state = devices.random_state(where)
    first = torch.rand(5, device=where)
    torch.rand(3, device=where)
    devices.restore_random_state(where, state)
    assert torch.equal(torch.rand(5, device=where), first)
