"""The sentence about the curves follows from what was put into them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.settings import TrainingSettings
from cnnviz.training import diagnosis
from cnnviz.training.evidence import Evidence
from cnnviz.training.records import LayerStatistics, Measurement

PLAIN = TrainingSettings(batch_size=64)


def told(split, step, loss, accuracy=0.5):
    return Measurement(step, split, loss, accuracy, images=50 * step, seconds=step / 100)


def training(tests, train=None, accuracy=0.5, every=100):
    """Tests with these losses every so many steps, and batches with the interpolated losses of `train`, or of them."""
    steps = np.arange(len(tests)) * every
    batches = np.arange(1, steps[-1] + 1)
    losses = np.interp(batches, steps, tests if train is None else train)
    both = [told("batch", int(s), float(x)) for s, x in zip(batches, losses, strict=True)]
    return both + [told("test", int(s), x, accuracy) for s, x in zip(steps, tests, strict=True)]


def read(measurements, statistics=(), settings=PLAIN, **more):
    return str(diagnosis.diagnose(measurements, statistics, settings, **more) or "")


@pytest.mark.parametrize(
    ("tests", "train", "sentence"),
    [
        ([2.3], None, ""),
        ([2.3, 1.0], None, "Test loss fell from 2.300 to 1.000 since step 0."),
        ([2.3, 0.5, 0.6], None, "Test loss rose from 0.500 to 0.600 since step 100."),
        ([2.3, 0.0302, 0.0301], None, "Test loss fell from 0.0302 to 0.0301 since step 100."),
        ([2.3, 0.03, 0.03], None, "Test loss is the same as at step 100: 0.03."),
        (
            [2.3, 1.0, 0.5, 0.6, 0.7, 0.8],
            [2.3, 1.0, 0.5, 0.3, 0.2, 0.1],
            "Test loss has risen for 3 tests while train loss falls: overfitting since step 200.",
        ),
        (
            [2.3, 0.5, 0.7, 0.6, 0.9, 0.8],
            [2.3, 0.5, 0.4, 0.3, 0.2, 0.1],
            "Test loss is 1.6 times its lowest while train loss falls: overfitting since step 100.",
        ),
        ([2.3, 0.5, 0.6, 0.7, 0.8], None, "Test loss rose from 0.700 to 0.800 since step 300."),
        # unsteady, not overfitting: the train loss is nowhere below what the test loss has been
        ([2.3, 0.8, 1.5, 1.2], [2.3, 1.4, 1.3, 1.1], "Test loss fell from 1.500 to 1.200 since step 200."),
        ([2.3, 0.401, 0.4, 0.4, 0.401, 0.4], None, "A plateau: since step 100 the test loss lies"),
    ],
)  # fmt: skip
def test_what_is_read(tests, train, sentence):
    assert read(training(tests, train)).startswith(sentence)
    assert bool(read(training(tests, train))) == bool(sentence)


# A network that guesses

STUCK = training([2.31, 2.30, 2.30, 2.29], accuracy=0.11)
BLAME = "learning rate"


def test_a_loss_that_never_moved_needs_a_higher_rate():
    said = "never was far from pure guessing with ln 10 = 2.30: the learning rate is too low to learn much in so many"
    assert said in read(STUCK)


def test_a_loss_that_had_jumped_needs_a_lower_rate():
    jumped = [told("batch", 5, 46.0), *STUCK]
    assert "had jumped to 46.0" in read(jumped)
    assert read(jumped).endswith("the learning rate was too high.")


def test_in_between_it_may_be_either():
    assert read([told("batch", 5, 2.9), *STUCK]).endswith("too low to learn much in so many steps, or too high.")


@pytest.mark.parametrize(
    ("measurements", "settings", "statistics"),
    [
        (training([2.3, 2.5, 3.0, 4.0], [2.3, 1.0, 0.1, 0.01], accuracy=0.4), PLAIN, ()),  # it learns its images
        (training([2.3, 2.5, 3.0, 4.0], [2.3, 1.0, 0.1, 0.01], accuracy=0.1), PLAIN.but(label_noise=0.9), ()),
        (training([2.3, 2.5, 3.0, 4.0], [2.3, 1.0, 0.1, 0.01], accuracy=0.0), PLAIN.but(label_noise=1.0), ()),
        (training([2.3, 2.3, 2.3, 2.28], accuracy=0.45), PLAIN, ()),  # it tells digits apart already
        (training([2.3, 2.3, 2.3], accuracy=0.1, every=50), PLAIN, ()),  # after 100 steps nothing is certain
        (STUCK, PLAIN.but(label_noise=0.5), ()),
        (STUCK, PLAIN.but(label_noise=0.9), ()),
        (training([2.31, 2.5, 2.5, 2.5], [2.3, 2.2, 2.2, 2.2], accuracy=0.01), PLAIN.but(label_noise=1.0), ()),
        (STUCK, PLAIN.but(weight_decay=1.0), ()),
        (STUCK, PLAIN.but(network="custom", layers="conv 8 k3 relu drop90"), ()),
        (STUCK, PLAIN, [LayerStatistics(300, {"conv1": 1e-9, "dense": 1e-2}, {})]),
        (STUCK, PLAIN, [LayerStatistics(300, {"conv1": 0.0, "dense": 1e-2}, {"relu1": 1.0})]),
    ],
)
def test_the_rate_is_not_blamed_for_what_else_explains_it(measurements, settings, statistics):
    assert BLAME in read(STUCK)
    said = read(measurements, statistics, settings)
    assert said
    assert BLAME not in said


def test_a_change_is_given_time_before_it_is_blamed():
    assert BLAME in read(STUCK, since=100)
    assert BLAME not in read(STUCK, since=101)


def test_while_the_rate_still_rises_guessing_is_no_verdict():
    assert read(STUCK, warming=True) == "Test loss fell from 2.300 to 2.290 since step 200."


@pytest.mark.parametrize("wrong", [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_the_loss_of_who_knows_every_digit_is_that_of_the_frequencies(wrong):
    """Labels as noisy_labels makes them, and a network that answers a digit with how often it is labelled what."""
    floor = Evidence([], [], PLAIN.but(label_noise=wrong)).floor
    probabilities = [1 - wrong] * round(1000 * (1 - wrong)) + [wrong / 9] * round(1000 * wrong)
    assert floor == pytest.approx(-np.mean(np.log(probabilities)))


# Wrong labels learned by heart


@pytest.mark.parametrize(("wrong", "right"), [(0.5, "50%"), (0.9, "10%"), (1.0, "0%")])
def test_wrong_labels_that_are_answered_as_given_are_learned_by_heart(wrong, right):
    known = [*training([2.3, 2.0, 3.0, 4.0], [2.3, 1.8, 0.3, 0.01], accuracy=0.3), told("epoch", 300, 0.01, 0.995)]
    said = read(known, settings=PLAIN.but(label_noise=wrong))
    assert "2.0 times its lowest: overfitting since step 100" in said
    assert f"99.5% of the training labels are answered as given, and only {right} are right" in said


def test_labels_that_are_not_yet_answered_as_given_are_not_learned():
    some = [*training([2.3, 1.0, 0.9], [2.3, 1.8, 1.8]), told("epoch", 200, 1.8, 0.5)]
    assert "by heart" not in read(some, settings=PLAIN.but(label_noise=0.5))


# Dead layers


def test_a_dead_layer_is_named_with_the_weights_that_got_no_gradient():
    some = [LayerStatistics(200, {"conv1": 0.0, "conv2": 0.0, "dense": 0.0}, {"relu1": 0.5, "relu2": 1.0})]
    assert read(STUCK, some) == (
        "After step 200 every unit of relu2 answers 0 to each of 100 test images: it passes only zeros on, and no "
        "gradient back. The weights of conv1, conv2, dense got no gradient."
    )
    alive = [*some, LayerStatistics(300, {"conv1": 0.1, "dense": 0.1}, {"relu1": 0.5, "relu2": 0.9})]
    assert BLAME in read(STUCK, alive)


def test_where_gradient_flows_around_a_dead_layer_no_weights_are_named():
    around = [LayerStatistics(200, {"conv1": 0.2, "dense": 0.1}, {"block1.body.relu": 1.0})]
    assert read(STUCK, around).endswith("and no gradient back.")


# Whatever is measured

LOSSES = st.lists(st.floats(0, 50), min_size=2, max_size=9)


@given(LOSSES, LOSSES, st.floats(0, 1), st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]), st.integers(1, 400))
def test_what_is_said_is_so(tests, train, accuracy, wrong, every):
    train = np.interp(np.arange(len(tests)), np.linspace(0, len(tests) - 1, len(train)), train)
    measurements = training(tests, train, accuracy, every)
    said = read(measurements, settings=PLAIN.but(label_noise=wrong))
    batches = [m.loss for m in measurements if m.split == "batch"]
    if BLAME in said:
        assert abs(np.mean(batches[-50:]) - math.log(10)) < 0.11
        assert accuracy <= 0.2
        assert wrong < 0.5
    if "overfitting" in said:
        assert tests[-1] >= 1.1 * min(tests)
        assert np.mean(batches[-20:]) <= max(batches)
    if said.startswith("Test loss fell"):
        assert tests[-1] < tests[-2]
    if said.startswith("Test loss rose"):
        assert tests[-1] > tests[-2]
    if said.startswith("Test loss is the same"):
        assert tests[-1] == tests[-2]
