import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.training import curves
from cnnviz.training.records import Curve, Measurement, Reached

values = st.lists(st.floats(-10, 10), min_size=1, max_size=60)


@given(values, st.floats(0, 0.99))
def test_smoothing_is_the_weighted_mean_it_claims_to_be(numbers, factor):
    expected = []
    for end in range(1, len(numbers) + 1):
        weights = [factor**age for age in range(end)][::-1]
        expected.append(np.average(numbers[:end], weights=weights))
    np.testing.assert_allclose(curves.smooth(np.array(numbers), factor), expected, atol=1e-8)


def test_smoothing_is_not_drawn_to_zero():
    assert curves.smooth(np.array([2.3, 2.3]))[0] == pytest.approx(2.3)


@given(st.integers(0, 5000), st.integers(5, 900))
def test_thinning_keeps_the_last_point_and_the_limit(count, most):
    steps = np.arange(count)
    thinned = curves.thin(Curve(steps, 50 * steps, steps / 100, steps * 1.0, steps * 2.0), most)
    assert len(thinned.steps) <= most
    assert list(thinned.steps[-1:]) == list(steps[-1:])
    np.testing.assert_array_equal(thinned.accuracies, 2 * thinned.losses)
    np.testing.assert_array_equal(thinned.images, 50 * thinned.steps)


@given(st.integers(801, 6000), st.data())
def test_no_spike_is_thinned_away(count, data):
    place = data.draw(st.integers(0, count - 1))
    for low in (False, True):
        losses, accuracies = np.ones(count), np.full(count, 0.5)
        losses[place], accuracies[count - 1 - place] = (0.5, 1.0) if low else (40.0, 0.0)
        steps = np.arange(count)
        thinned = curves.thin(Curve(steps, steps, steps, losses, accuracies))
        assert len(thinned.steps) <= curves.MOST_POINTS
        assert (np.diff(thinned.steps) > 0).all()
        assert losses[place] in thinned.losses[thinned.steps == place]
        assert accuracies[count - 1 - place] in thinned.accuracies[thinned.steps == count - 1 - place]


def measured(step, split, loss=1.0, accuracy=0.5):
    return Measurement(step, split, loss, accuracy, images=50 * step, seconds=step / 100)


def test_lines_of_a_training():
    lines = curves.curves(
        [measured(0, "test"), measured(1, "batch"), measured(2, "batch", 3.0), measured(2, "test", 0.5)]
    )
    assert lines.batch.losses.tolist() == [1, 3]
    assert lines.smoothed.losses.tolist() == pytest.approx([1, (0.4 * 3 + 0.24 * 1) / 0.64])
    assert lines.test.steps.tolist() == [0, 2]
    assert lines.epoch.steps.tolist() == []


def test_where_a_step_is_on_each_axis():
    lines = curves.curves([measured(10, "batch"), measured(20, "batch")])
    assert [lines.batch.at(15, axis) for axis in ("steps", "images", "seconds")] == pytest.approx([15, 750, 0.15])
    assert curves.curves([]).batch.at(7, "seconds") == 7


def test_losses_between_steps_stand_at_equal_distances():
    steps = np.array([0, 10, 110])
    line = Curve(steps, steps, steps, np.array([3.0, 2.0, 1.0]), steps)
    found = curves.between([0, 10, 110], line, points=4)
    assert found.tolist() == pytest.approx([3, 2.75, 2.5, 2.25, 2, 1.75, 1.5, 1.25, 1])


def test_speed_and_time_left():
    seen = [measured(step, "batch") for step in range(1, 11)]
    assert curves.images_per_second(seen) == pytest.approx(50 * 100)
    assert curves.seconds_left(seen, 110) == pytest.approx(1.0)
    assert curves.images_per_second(seen[:1]) is None
    assert curves.seconds_left([], 5) is None


def test_the_losses_of_the_batches_are_found_among_all_records():
    records = [measured(0, "test"), measured(1, "batch", 3.0), Reached(1, "why"), measured(2, "batch", 2.0)]
    assert list(curves.batch_losses(records)) == [3.0, 2.0]
    assert list(curves.batch_losses([])) == []
