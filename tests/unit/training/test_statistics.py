"""Gradient norms against autograd's own gradients, dead units against counting them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnviz import networks
from cnnviz.networks import NETWORKS
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop, statistics
from cnnviz.training.records import LayerStatistics


def test_the_norms_are_those_of_the_gradients():
    network = networks.build(TrainingSettings(network="two_conv"))
    assert statistics.gradient_norms(network) == {}
    images, labels = torch.randn(8, 1, 28, 28), torch.arange(8)
    F.cross_entropy(network(images), labels).backward()
    found = statistics.gradient_norms(network)
    assert list(found) == ["conv1", "conv2", "dense"]
    for name, norm in found.items():
        gradient = network.get_submodule(name).weight.grad.numpy()
        assert norm == pytest.approx(np.sqrt((gradient.astype(float) ** 2).sum()), rel=1e-5)


def test_dead_units_are_those_that_never_answer():
    network = nn.Sequential(nn.Conv2d(1, 3, 1), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 4, 4), nn.ReLU())
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([1.0, 1.0, 0.0]).view(3, 1, 1, 1))
        network[0].bias.copy_(torch.tensor([0.0, -9.0, -1.0]))  # the second answers to pixels above 9 only
        network[3].weight.zero_()
        network[3].bias.copy_(torch.tensor([1.0, -1.0, 0.0, 2.0]))
    images = torch.tensor([[0.0, 1.0, 2.0, 3.0], [5.0, 1.0, 2.0, 8.0]]).view(2, 1, 2, 2)
    assert statistics.dead_shares(network, images) == {"1": pytest.approx(2 / 3), "4": 0.5}
    assert statistics.dead_shares(network, images + 5)["1"] == pytest.approx(1 / 3)
    assert network.training
    assert not network[1]._forward_hooks


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_tells_of_all_its_layers(digits_data, name):
    settings = NETWORKS[name].tutorial.but(dataset="digits", subset=100, batch_size=50, epochs=1)
    told = [r for r in loop.train(settings, digits_data) if isinstance(r, LayerStatistics)]
    assert [s.step for s in told] == [0, 1, 2]
    network = networks.build(settings)
    layers = [n for n, layer in network.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    assert told[0].gradient_norms == {}
    assert list(told[1].gradient_norms) == layers
    assert list(told[1].dead) == [n for n, layer in network.named_modules() if isinstance(layer, nn.ReLU)]
    assert all(0 <= share <= 1 for share in told[1].dead.values())
