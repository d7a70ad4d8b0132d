"""The learning rate finder: what it tries, when it stops, what it shades, and that it leaves no trace."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cnnviz.networks import NETWORKS
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop, rate_finder, rate_range
from cnnviz.training.curves import batch_losses, smooth
from cnnviz.training.records import Measurement, RateTrial

SETTINGS = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, optimiser="sgd", momentum=0.9)


def trials(losses):
    return [RateTrial(rate, loss) for rate, loss in zip(rate_finder.rates(), losses, strict=False)]


def test_rates_grow_by_the_same_factor_from_a_millionth_to_one():
    rates = np.array(rate_finder.rates())
    assert (len(rates), rates[0], rates[-1]) == (100, pytest.approx(1e-6), pytest.approx(1.0))
    np.testing.assert_allclose(rates[1:] / rates[:-1], 10 ** (6 / 99))


def test_every_step_takes_its_rate(digits_data):
    one, seen = loop.Training(SETTINGS.but(learning_rate=0.5), digits_data), []
    for trial in rate_finder.try_rates(one):
        assert one.optimiser.param_groups[0]["lr"] == trial.rate
        seen.append(trial.rate)
    assert seen == rate_finder.rates()[: len(seen)]
    assert len(seen) > 60


@pytest.mark.slow
@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_it_leaves_no_trace(digits_data, optimiser):
    settings = SETTINGS.but(optimiser=optimiser, momentum=0.9 if optimiser == "sgd" else 0.0)
    plain = list(batch_losses(loop.train(settings, digits_data)))
    one, records = loop.Training(settings, digits_data), []
    for record in one.records():
        records.append(record)
        if one.step == 7 and isinstance(record, Measurement):
            before = {name: tensor.clone() for name, tensor in one.network.state_dict().items()}
            list(rate_finder.try_rates(one))
            assert all(torch.equal(before[name], tensor) for name, tensor in one.network.state_dict().items())
            assert one.step == 7
    assert list(batch_losses(records)) == plain


def test_it_stops_at_four_times_the_lowest():
    falling = [2.3] * 10 + [1.0] * 30
    assert not rate_finder.has_exploded(trials(falling))
    assert not rate_finder.has_exploded(trials([*falling, 9.0]))
    grown = [*falling, *[9.0] * 8]
    averaged = smooth(np.array(grown), rate_range.SMOOTHING)
    assert rate_finder.has_exploded(trials(grown)) == (averaged[-1] > 4 * averaged.min())
    assert rate_finder.has_exploded(trials(grown))


def noise(seed, size=100):
    return np.random.default_rng(seed).normal(0, 0.02, size)


@pytest.mark.parametrize("seed", range(20))
def test_the_range_begins_with_the_fall_and_ends_well_before_it_is_done(seed):
    losses = np.concatenate([np.full(40, 2.3), np.linspace(2.3, 0.3, 40), np.linspace(0.3, 3.0, 20)]) + noise(seed)
    safe = rate_range.summary(trials(losses.tolist())).safe
    rates = rate_finder.rates()
    assert rates[40] < safe.low < safe.high < rates[71]  # at 40 the fall begins, at 72 it has done 80 % of itself
    assert safe.high == pytest.approx(safe.fallen / 3)
    assert rates[72] <= safe.fallen <= rates[79]


@pytest.mark.parametrize("seed", range(200))
def test_a_loss_that_only_scatters_does_not_fall(seed):
    assert rate_range.summary(trials((2.3 + noise(seed)).tolist())).safe is None


def test_a_loss_that_only_rises_does_not_fall():
    assert rate_range.summary(trials((2.3 + np.geomspace(1e-3, 20, 100) + noise(0)).tolist())).safe is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["same_padded", "two_conv", "residual"])
def test_trainings_at_both_ends_of_the_range_learn(mnist, name):
    settings = NETWORKS[name].tutorial.but(seed=0, subset=10_000, epochs=1)
    safe = rate_range.summary(list(rate_finder.try_rates(loop.Training(settings, mnist)))).safe
    for rate in (safe.low, safe.high):
        *_, last = loop.train(settings.but(learning_rate=rate), mnist)
        assert isinstance(last, Measurement)
        assert last.accuracy > 0.5
