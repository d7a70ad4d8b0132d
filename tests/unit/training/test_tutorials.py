"""The tutorials' results on the whole of MNIST, trained by this project."""

import pytest
import torch

from cnnviz.networks import NETWORKS
from cnnviz.training import devices, loop
from cnnviz.training.records import Measurement

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def threads():
    before = torch.get_num_threads()
    torch.set_num_threads(devices.threads())
    yield
    torch.set_num_threads(before)


def one_epoch(name, data, split):
    settings = NETWORKS[name].tutorial.but(epochs=1)
    return next(m for m in loop.train(settings, data) if isinstance(m, Measurement) and m.split == split)


def test_two_conv_after_one_epoch_of_the_tutorial(mnist):
    settings = NETWORKS["two_conv"].tutorial
    assert (settings.optimiser, settings.learning_rate, settings.momentum, settings.batch_size) == ("sgd", 0.01, 0, 64)
    measured = {m.split: m for m in loop.train(settings.but(epochs=1), mnist) if isinstance(m, Measurement)}
    batches = 938
    as_the_tutorial_divides = measured["epoch"].loss * batches / (batches - 1)
    assert as_the_tutorial_divides == pytest.approx(0.5168, rel=0.05)
    assert measured["final"].accuracy >= 0.945


def test_same_padded_after_one_epoch_of_the_tutorial(mnist):
    settings = NETWORKS["same_padded"].tutorial
    assert (settings.optimiser, settings.learning_rate, settings.batch_size, settings.seed) == ("adam", 1e-3, 50, 1)
    assert one_epoch("same_padded", mnist, "final").accuracy >= 0.975
