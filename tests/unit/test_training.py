"""The training loop against the tutorials' own: a shuffling DataLoader over transformed images."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torchvision import transforms

from benchmarks import tutorial_loop
from cnnviz import datasets, networks, training
from cnnviz.networks import NETWORKS
from cnnviz.records import Diverged, ImageData, Measurement, Snapshot
from cnnviz.settings import NORMALISATIONS, Refusal, TrainingSettings

SMALL = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=2, subset=320, seed=3)


@pytest.fixture(scope="module")
def digits() -> ImageData:
    return datasets.load("digits")


def run(settings, data):
    return list(training.train(settings, data))


def of(records, split):
    return [r for r in records if isinstance(r, Measurement) and r.split == split]


def tutorial_losses(settings: TrainingSettings, count: int) -> list[float]:
    return list(islice(tutorial_loop.losses(settings), count))


@pytest.mark.parametrize("name", NETWORKS)
def test_exact_mode_gives_the_tutorials_losses_bit_for_bit_over_two_epochs(mnist, name):
    settings = NETWORKS[name].tutorial.but(exact=True, subset=2000, epochs=2)
    count = training.total_steps(settings, mnist)
    ours = [m.loss for m in of(run(settings, mnist), "batch")]
    assert ours == tutorial_losses(settings, count)


@pytest.mark.parametrize("name", NETWORKS)
def test_fast_mode_stays_close_over_the_first_hundred_steps(mnist, name):
    settings = NETWORKS[name].tutorial.but(subset=6000, epochs=2)
    ours = [m.loss for m in of(run(settings, mnist), "batch")][:100]
    # A bias before batch normalisation has no true gradient; Adam makes full steps of its rounding errors.
    tolerance = 5e-3 if name == "strided" else 5e-4
    np.testing.assert_allclose(ours, tutorial_losses(settings, 100), atol=tolerance)


def test_two_trainings_with_equal_settings_are_equal(digits):
    first, second = run(SMALL, digits), run(SMALL, digits)
    assert [m.loss for m in of(first, "batch")] == [m.loss for m in of(second, "batch")]
    for one, other in zip(snapshots(first), snapshots(second), strict=True):
        assert all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert [m.loss for m in of(run(SMALL.but(seed=4), digits), "batch")] != [m.loss for m in of(first, "batch")]


def snapshots(records):
    return [r for r in records if isinstance(r, Snapshot)]


def test_what_is_told_and_when(digits):
    records = run(SMALL, digits)
    assert training.total_steps(SMALL, digits) == 20
    assert [m.step for m in of(records, "batch")] == list(range(1, 21))
    assert [m.images for m in of(records, "batch")][-1] == 640
    assert [s.step for s in snapshots(records)] == [0, 1, 2, 5, 10, 20]
    assert [m.step for m in of(records, "test")] == [0, 20]
    assert [m.step for m in of(records, "epoch")] == [10, 20]
    assert of(records, "epoch")[0].loss == pytest.approx(np.mean([m.loss for m in of(records, "batch")[:10]]))
    assert len(of(records, "final")) == 1
    assert records[-1].split == "final"


def test_an_epoch_shows_every_image_once():
    torch.manual_seed(0)
    batches = training.Batches(torch.arange(10.0)[:, None], torch.arange(10), size=3)
    served = list(batches.epoch())
    assert len(served) == len(batches) == 4
    assert sorted(torch.cat([labels for _, labels in served]).tolist()) == list(range(10))
    assert all(torch.equal(images[:, 0].long(), labels) for images, labels in served)


def test_the_final_snapshot_gives_the_final_numbers(digits):
    records = run(SMALL, digits)
    network = NETWORKS["two_conv"].build()
    network.load_state_dict({name: torch.tensor(a) for name, a in snapshots(records)[-1].weights.items()})
    with torch.no_grad():
        logits = network.eval()(torch.tensor(digits.test_images)[:, None] / 255)
    labels = torch.tensor(digits.test_labels)
    assert of(records, "final")[0].loss == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-5)
    assert of(records, "final")[0].accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())


def test_learning_happens(digits):
    records = run(SMALL.but(epochs=10, subset=0), digits)
    assert of(records, "final")[0].accuracy > 0.9


def test_snapshots_are_copies(digits):
    kept = snapshots(run(SMALL, digits))
    assert not np.array_equal(kept[0].weights["conv1.weight"], kept[-1].weights["conv1.weight"])


@pytest.mark.parametrize(
    "settings",
    [
        SMALL.but(optimiser="sgd", learning_rate=10.0, momentum=0.9, network="dense"),
        SMALL.but(learning_rate=10.0, network="dense"),
        SMALL.but(learning_rate=10.0, network="same_padded"),
    ],
)
def test_divergence_is_told_and_its_weights_are_not_kept(digits, settings):
    records = run(settings, digits)
    assert isinstance(records[-1], Diverged)
    assert "learning rate 10 is too high; try 1" in records[-1].cause
    assert all(np.isfinite(a).all() for s in snapshots(records) for a in s.weights.values())
    assert all(np.isfinite(m.loss) for m in records if isinstance(m, Measurement))


def test_testing_does_not_disturb_the_training(digits, monkeypatch):
    before = [m.loss for m in of(run(SMALL.but(network="strided"), digits), "batch")]
    monkeypatch.setattr(training, "TEST_EVERY", 3)
    after = run(SMALL.but(network="strided"), digits)
    assert [m.loss for m in of(after, "batch")] == before
    assert len(of(after, "test")) > 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"batch_size": 500}, "A batch of 500 needs as many training images, and there are 320"),
        ({"subset": 5000}, "A subset must have 10 to 1,437 images, and not 5,000"),
        ({"subset": 3}, "A subset must have 10 to 1,437 images, and not 3"),
        ({"network": "lenet"}, "There is no network 'lenet'"),
    ],
)
def test_settings_that_do_not_suit_the_data_are_refused(digits, changes, sentence):
    with pytest.raises(Refusal, match=sentence):
        run(SMALL.but(**changes), digits)


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_normalisation_is_torchvisions(digits, name):
    mean, deviation = NORMALISATIONS[name]
    expected = transforms.ToTensor()(digits.test_images[0].copy())
    if name != "none":
        expected = transforms.Normalize((mean,), (deviation,))(expected)
    assert torch.equal(training.normalised(digits.test_images[:1], name)[0], expected)


def test_networks_are_built_after_seeding():
    torch.manual_seed(5)
    expected = NETWORKS["dense"].build()
    assert torch.equal(networks.build("dense", 5)[1].weight, expected[1].weight)
