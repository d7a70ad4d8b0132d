import pytest
import torch
from torch import nn

from cnnviz import networks
from cnnviz.networks import NETWORKS
from cnnviz.settings import Refusal


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes(name):
    network = networks.build(name, seed=0)
    assert network(torch.zeros(3, *NETWORKS[name].input_shape)).shape == (3, 10)
    assert isinstance(list(network.children())[-1], nn.Linear)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_parameter_learns(name):
    network = networks.build(name, seed=0)
    network(torch.rand(4, 1, 28, 28)).logsumexp(1).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())


@pytest.mark.parametrize("name", NETWORKS)
def test_it_can_learn_a_few_images_by_heart(name):
    network = networks.build(name, seed=0)
    torch.manual_seed(1)
    images, labels = torch.rand(8, 1, 28, 28), torch.arange(8)
    optimiser = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(150):
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(images), labels).backward()
        optimiser.step()
    assert (network(images).argmax(1) == labels).all()


@pytest.mark.parametrize(
    ("name", "parameters", "features"),
    [
        ("two_conv", 10 * 26 + 20 * 251 + 3210, 320),
        ("same_padded", 16 * 26 + 32 * 401 + 15690, 1568),
        ("strided", 16 * 10 + 32 * 145 + 64 * 289 + 2 * (16 + 32 + 64) + 10250, 1024),
        ("dense", 785 * 512 + 513 * 256 + 257 * 128 + 129 * 64 + 65 * 10, 64),
    ],
)
def test_sizes_of_the_tutorials(name, parameters, features):
    network = networks.build(name, seed=0)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert network[-1].in_features == features


def test_pooling_before_relu_gives_the_same_numbers():
    network = networks.build("same_padded", seed=0)
    x = torch.rand(5, 1, 28, 28)
    pooled = nn.functional.max_pool2d
    by_the_tutorial = pooled(network.conv1(x).relu(), 2)
    by_the_tutorial = pooled(network.conv2(by_the_tutorial).relu(), 2)
    assert torch.equal(network(x), network.dense(by_the_tutorial.flatten(1)))


def test_a_seed_decides_the_weights():
    first, again, other = (networks.build("two_conv", seed).conv1.weight for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_an_unknown_network_is_refused():
    with pytest.raises(Refusal, match="two_conv, same_padded"):
        networks.build("resnet152", seed=0)
