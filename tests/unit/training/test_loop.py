"""The training loop against the tutorials' own: a shuffling DataLoader over transformed images."""

from __future__ import annotations

import math
from itertools import islice

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from benchmarks import tutorial_loop
from cnnviz import datasets, networks
from cnnviz.datasets.preparation import prepared
from cnnviz.datasets.records import ImageData
from cnnviz.inspection import features
from cnnviz.networks import NETWORKS, weights
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings
from cnnviz.training import changes, devices, loop
from cnnviz.training.batches import Batches
from cnnviz.training.curves import batch_losses
from cnnviz.training.loop import Training
from cnnviz.training.recipes import RECIPES
from cnnviz.training.records import Change, Diverged, Measurement, Reached, Snapshot

SMALL = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=2, subset=320, seed=3)


@pytest.fixture(scope="module")
def digits() -> ImageData:
    return datasets.load("digits")


def run(settings, data):
    return list(loop.train(settings, data))


def of(records, split):
    return [r for r in records if isinstance(r, Measurement) and r.split == split]


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_exact_mode_gives_the_tutorials_losses_bit_for_bit_over_two_epochs(mnist, name):
    settings = NETWORKS[name].tutorial.but(exact=True, subset=1000, epochs=2)
    ours = losses(run(settings, mnist))
    assert len(ours) == 2 * math.ceil(1000 / settings.batch_size)
    assert ours == list(islice(tutorial_loop.losses(settings), len(ours)))


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_fast_mode_takes_the_tutorials_first_step_to_rounding(mnist, name):
    """Only the first: from there on rounding grows, in a deep network or with Adam tenfold every few steps."""
    settings = NETWORKS[name].tutorial.but(subset=1000)
    (loss, gradient), (expected, theirs) = (first_update(one, mnist) for one in (settings, settings.but(exact=True)))
    assert loss == pytest.approx(expected, rel=1e-5)
    # As one vector: a unit that stands at the kink of its ReLU may fall on either side by rounding.
    assert (gradient - theirs).norm() < 0.05 * theirs.norm()


def first_update(settings, data):
    """Loss of the first batch, and its gradient as one vector."""
    fresh = Training(settings, data)  # draws from torch's random numbers, as the order of the batches does
    fresh.network.train()
    loss, _ = fresh.update(*next(iter(fresh.batches.serve(fresh.batches.order()))))
    return loss, torch.cat([parameter.grad.flatten() for parameter in fresh.network.parameters()])


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_fast_mode_learns_as_much_as_the_tutorials_loop(mnist, name):
    settings = NETWORKS[name].tutorial.but(subset=6000, epochs=2)
    fast, exact = (of(run(one, mnist), "final")[0].accuracy for one in (settings, settings.but(exact=True)))
    assert fast == pytest.approx(exact, abs=0.02)


def test_two_trainings_with_equal_settings_are_equal(digits):
    first, second = run(SMALL, digits), run(SMALL, digits)
    assert losses(first) == losses(second)
    for one, other in zip(snapshots(first), snapshots(second), strict=True):
        assert all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert losses(run(SMALL.but(seed=4), digits)) != losses(first)


def losses(records):
    return list(batch_losses(records))


def snapshots(records):
    return [r for r in records if isinstance(r, Snapshot)]


def test_what_is_told_and_when(digits):
    records = run(SMALL, digits)
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
    batches = Batches(torch.arange(10.0)[:, None], torch.arange(10), size=3)
    served = list(batches.serve(batches.order()))
    assert len(served) == len(batches) == 4
    assert sorted(torch.cat([labels for _, labels in served]).tolist()) == list(range(10))
    assert all(torch.equal(images[:, 0].long(), labels) for images, labels in served)


def test_the_final_snapshot_gives_the_final_numbers(digits):
    records = run(SMALL, digits)
    network = networks.build(SMALL)
    network.load_state_dict({name: torch.tensor(a) for name, a in snapshots(records)[-1].weights.items()})
    with torch.no_grad():
        logits = network.eval()(torch.tensor(digits.test_images)[:, None] / 255)
    labels = torch.tensor(digits.test_labels)
    assert of(records, "final")[0].loss == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-5)
    assert of(records, "final")[0].accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())


@pytest.mark.slow
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
    assert "learning rate 10 is too high; try 1" in str(records[-1].cause)
    assert all(np.isfinite(a).all() for s in snapshots(records) for a in s.weights.values())
    assert all(np.isfinite(m.loss) for m in records if isinstance(m, Measurement))


def test_testing_does_not_disturb_the_training(digits, monkeypatch):
    before = losses(run(SMALL.but(network="strided"), digits))
    monkeypatch.setattr(loop, "TEST_EVERY", 3)
    after = run(SMALL.but(network="strided"), digits)
    assert losses(after) == before
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


def test_networks_are_built_after_seeding():
    torch.manual_seed(5)
    settings = SMALL.but(network="dense", seed=5)
    expected = NETWORKS["dense"].build(settings)
    assert torch.equal(networks.build(settings)[1].weight, expected[1].weight)


# Settings that change what happens


@pytest.mark.parametrize(
    ("changes", "make"),
    [
        ({"optimiser": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
         lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9, nesterov=True, weight_decay=0.01)),
        ({"optimiser": "adam", "weight_decay": 0.01}, lambda p: torch.optim.Adam(p, lr=1e-3, weight_decay=0.01)),
        ({"optimiser": "adamw", "weight_decay": 0.1}, lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.1)),
        ({"optimiser": "rmsprop", "momentum": 0.5}, lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.5)),
    ],
)  # fmt: skip
def test_every_optimiser_is_torchs(digits, changes, make):
    settings = SMALL.but(network="dense", learning_rate=1e-3, exact=True, epochs=1, **changes)
    ours = losses(run(settings, digits))
    network = networks.build(settings)
    optimiser, theirs = make(network.parameters()), []
    served = loop.Training(settings, digits).batches
    torch.manual_seed(settings.seed)
    networks.build(settings)  # draws what the training drew before its first batch
    for images, labels in served.serve(served.order()):
        optimiser.zero_grad()
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        optimiser.step()
        theirs.append(loss.item())
    assert ours == theirs


def test_the_rate_follows_its_schedule(digits):
    settings = SMALL.but(schedule="cosine", learning_rate=0.01)
    one = loop.Training(settings, digits)
    rates = []
    for images, labels in one.batches.serve(one.batches.order()):
        one.update(images, labels)
        rates.append(one.optimiser.param_groups[0]["lr"])
    expected = [0.01 * (1 + np.cos(np.pi * step / 20)) / 2 for step in range(10)]
    np.testing.assert_allclose(rates, expected)


def test_a_target_ends_the_training(digits):
    records = run(SMALL.but(epochs=50, subset=0, target_accuracy=0.8), digits)
    reached = next(r for r in records if isinstance(r, Reached))
    assert "the target of 80.0% was reached with" in str(reached.why)
    assert str(reached.why).endswith("of 360 test images")
    assert of(records, "test")[-1].accuracy >= 0.8
    assert all(m.accuracy < 0.8 for m in of(records, "test")[:-1])
    assert snapshots(records)[-1].step == reached.step < 50 * 45
    assert records[-1].split == "final"


@pytest.mark.parametrize(("right", "target"), [(324, 0.9), (342, 0.95), (349, 349 / 360)])
def test_a_target_that_is_reached_exactly_is_reached(digits, right, target):
    """Of 360 images so many are right by the labels that they are given here; float32 makes less of 324 / 360."""
    one = Training(SMALL.but(target_accuracy=target), digits)
    answers = networks.evaluation.outputs(one.network, one.test_images).argmax(1)
    one.test_labels = torch.where(torch.arange(360) < right, answers, (answers + 1) % 10)
    told = list(one.test())
    assert told[0].accuracy == right / 360
    assert isinstance(told[-1], Reached)
    assert f"was reached with {right / 360:.2%} of 360 test images" in str(told[-1].why)


def test_patience_ends_a_training_that_does_not_get_on(digits, monkeypatch):
    """Half of 200 labels are wrong: the network learns them by heart, and the test loss rises."""
    monkeypatch.setattr(loop, "TEST_EVERY", 5)
    records = run(RECIPES["overfitting"].settings.but(dataset="digits", patience=2), digits)
    losses = [m.loss for m in of(records, "test")]
    reached = next(r for r in records if isinstance(r, Reached))
    assert "not lowered in 2 tests" in str(reached.why)
    assert reached.step < 50 * 4
    assert min(losses[-2:]) >= min(losses[:-2])
    assert all(min(losses[k : k + 2]) < min(losses[:k]) for k in range(1, len(losses) - 2))


@pytest.mark.slow
def test_shuffled_pixels_hurt_convolutions_and_not_dense_layers(mnist):
    def accuracy(lesson, shuffle_pixels):
        settings = RECIPES[lesson].settings.but(
            shuffle_pixels=shuffle_pixels, epochs=1, subset=20_000, learning_rate=0.05
        )
        return of(run(settings, mnist), "final")[0].accuracy

    assert accuracy("shuffled_cnn", False) - accuracy("shuffled_cnn", True) > 0.05
    assert abs(accuracy("shuffled_dense", False) - accuracy("shuffled_dense", True)) < 0.02


def test_augmentation_is_seeded_and_changes_the_images(digits):
    settings = SMALL.but(shift=2.0, rotate=10.0, epochs=1)
    first, again, plain = (losses(run(s, digits)) for s in (settings, settings, SMALL))
    assert first == again
    assert first[0] != plain[0]


def test_a_device_that_is_not_here_is_refused(digits):
    for name, here in (("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available())):
        if not here:
            with pytest.raises(Refusal, match=f"This computer has no {name}; use .*cpu"):
                loop.check(SMALL.but(device=name), digits)
    assert devices.device_of("cpu").type == "cpu"
    assert devices.device_of("auto").type in ("cpu", "cuda", "mps")


# The lessons show what they say


def test_a_rate_too_high_diverges(mnist):
    for seed in range(5):
        records = run(RECIPES["rate_too_high"].settings.but(subset=6000, seed=seed), mnist)
        assert isinstance(records[-1], Diverged)


@pytest.mark.slow
def test_a_rate_too_low_learns_next_to_nothing(mnist):
    records = run(RECIPES["rate_too_low"].settings.but(subset=6000, epochs=1), mnist)
    tests = of(records, "test")
    assert tests[0].loss - 0.2 < tests[-1].loss < tests[0].loss


@pytest.mark.slow
def test_dead_relus_answer_the_same_to_every_image(mnist):
    records = run(RECIPES["dead_relus"].settings.but(subset=20_000, epochs=1), mnist)
    assert not isinstance(records[-1], Diverged)
    settings = RECIPES["dead_relus"].settings
    network = weights.load_network(settings, snapshots(records)[-1].weights)
    points = features.features(network, prepared(mnist.test_images[:500], settings))
    assert (points == 0).all()
    assert of(records, "final")[0].accuracy < 0.12


def test_overfitting_lowers_the_train_loss_and_raises_the_test_loss(mnist):
    records = run(RECIPES["overfitting"].settings, mnist)
    tests, epochs = of(records, "test"), of(records, "epoch")
    assert epochs[-1].loss < 0.1
    assert epochs[-1].accuracy > 0.95  # of labels of which half are wrong
    assert of(records, "final")[0].accuracy < 0.6
    assert tests[-1].loss > 1.5 * min(m.loss for m in tests)


@pytest.mark.slow
def test_depth_needs_skips(mnist):
    def loss(name):
        settings = RECIPES[name].settings.but(subset=6000, epochs=1)
        return of(run(settings, mnist), "epoch")[-1].loss

    assert loss("deep_residual") < 1.0 < 2.0 < loss("deep_plain")


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_can_be_trained(digits, name):
    settings = RECIPES[name].settings.but(dataset="digits", subset=100, batch_size=50)
    loop.check(settings, digits)
    assert RECIPES[name].description.endswith(".")


# Going on


def stopped_at(settings, data, step):
    """The state of a training after some steps, and what it told until then."""
    one, told = loop.Training(settings, data), []
    for record in one.records():
        told.append(record)
        if one.step == step and isinstance(record, Measurement) and record.split == "batch":
            break
    return one.state(), told


@pytest.mark.parametrize("step", [1, 4, 10, 13, 20])
@pytest.mark.parametrize(
    "changes",
    [
        {"optimiser": "sgd", "momentum": 0.9},
        {"optimiser": "rmsprop", "shift": 2.0, "rotate": 10.0, "schedule": "one_cycle"},
        {"optimiser": "adamw", "network": "custom", "layers": "conv 8 k3 bn relu max drop30"},
    ],
)
def test_a_training_goes_on_as_if_it_had_never_stopped(digits, changes, step):
    settings = SMALL.but(**changes)
    whole = run(settings, digits)
    state, told = stopped_at(settings, digits, step)
    run(SMALL.but(seed=9), digits)  # something else happens in between
    rest = list(loop.Training(settings, digits, state).records())
    assert losses(told) + losses(rest) == losses(whole)
    assert [(m.step, m.loss) for m in of(rest, "epoch")] == [
        (m.step, m.loss) for m in of(whole, "epoch") if m.step >= step
    ]
    assert of(rest, "final")[0].loss == of(whole, "final")[0].loss
    assert of(rest, "final")[0].images == of(whole, "final")[0].images


def test_more_epochs_are_the_same_as_many_from_the_start(digits):
    one = loop.Training(SMALL.but(epochs=1), digits)
    first = losses(list(one.records()))
    more = list(loop.Training(SMALL.but(epochs=3), digits, one.state()).records())
    assert first + losses(more) == losses(run(SMALL.but(epochs=3), digits))


def test_a_change_holds_from_the_next_step_on(digits):
    settings = SMALL.but(optimiser="sgd", momentum=0.5, learning_rate=0.01)
    one, rates = loop.Training(settings, digits), []
    for record in one.records():
        if isinstance(record, Measurement) and record.split == "batch":
            rates.append((one.optimiser.param_groups[0]["lr"], one.optimiser.param_groups[0]["momentum"]))
            if one.step == 7:
                one.change(Change({"learning_rate": 0.1, "momentum": 0.0}))
    assert rates == [(0.01, 0.5)] * 7 + [(0.1, 0.0)] * 13
    again = loop.Training(settings, digits, one.state())
    assert (again.settings.learning_rate, again.settings.momentum) == (0.1, 0.0)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"batch_size": 7}, "batch_size cannot be changed while a training runs"),
        ({"learning_rate": 99.0}, "learning rate must be a number from 1e-06 to 10"),
        ({"learning_rate": float("nan")}, "learning rate must be a number"),
    ],
)
def test_what_cannot_be_changed_is_refused(values, sentence):
    with pytest.raises(Refusal, match=sentence):
        changes.changed(SMALL, Change(values))
