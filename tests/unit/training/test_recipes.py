"""Every recipe, trained, is read as what it was made to show; and so are settings that no recipe has."""

from __future__ import annotations

import pytest

from cnnviz.networks import NETWORKS
from cnnviz.training import diagnosis, loop
from cnnviz.training.recipes import RECIPES
from cnnviz.training.records import Diverged, LayerStatistics, Measurement

pytestmark = pytest.mark.slow
SHOWN = {
    "rate_too_high": "the learning rate 1 is too high",
    "rate_too_low": "the learning rate is too low",
    "dead_relus": "every unit of relu2 answers 0",
    "overfitting": "overfitting since step",
    "deep_plain": "The gradient vanishes",
    "tutorial_plain": "too low to learn much in so many steps",  # at .01; at .05 it comes to 92 % in 313
}
BLAME = "learning rate"


def reading(settings, data):
    """What is said at the end of a training."""
    measurements, statistics = [], []
    for record in loop.train(settings, data):
        if isinstance(record, Measurement):
            measurements.append(record)
        elif isinstance(record, LayerStatistics):
            statistics.append(record)
        elif isinstance(record, Diverged):
            return str(record.cause)
    return str(diagnosis.diagnose(measurements, statistics, settings))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_read_as_what_it_shows(mnist, name):
    settings = RECIPES[name].settings
    if name != "overfitting":  # 200 images already
        settings = settings.but(subset=14_000, epochs=1)  # 219 steps are enough to be read
    said = reading(settings, mnist)
    if name in SHOWN:
        assert SHOWN[name] in said
    else:
        assert said.startswith(("Test loss fell", "Test loss rose"))


SMALL = NETWORKS["two_conv"].tutorial.but(dataset="digits", batch_size=32, epochs=5)
ADAM = NETWORKS["same_padded"].tutorial.but(dataset="digits", batch_size=32, epochs=5)
OWN = NETWORKS["custom"].tutorial.but(dataset="digits", batch_size=32, epochs=5)
HEART = RECIPES["overfitting"].settings.but(dataset="digits")
SPELLED = {
    "right labels by heart": (HEART.but(label_noise=0.0), None),
    "nine labels of ten wrong": (HEART.but(label_noise=0.9), "by heart"),
    "every label wrong": (HEART.but(label_noise=1.0), "by heart"),
    "wrong labels and too few steps for them": (ADAM.but(label_noise=0.9), "90% are wrong"),
    "no momentum, and a rate that is too low": (SMALL.but(learning_rate=1e-5, momentum=0.0), "is too low"),
    "a decay that is stronger than the loss": (SMALL.but(weight_decay=1.0, learning_rate=0.1), "weight decay of 1 "),
    "a decay that is stronger than the loss, with Adam": (ADAM.but(weight_decay=1.0), "weight decay of 1 "),
    "dropout of nine maps in ten": (OWN.but(layers="conv 8 k3 relu drop90; conv 8 k3 s4 relu drop90"), None),
    "a batch that is the set": (ADAM.but(subset=100, batch_size=100, epochs=50), None),
    "ten images": (ADAM.but(subset=10, batch_size=10, epochs=50), None),
}


@pytest.mark.parametrize("words", SPELLED)
def test_settings_that_no_recipe_has_are_read_as_what_they_are(digits_data, words):
    settings, expected = SPELLED[words]
    said = reading(settings, digits_data)
    assert (BLAME in said) == (expected == "is too low")
    assert expected is None or expected in said
