import pytest
import torch
from torch import nn

from cnnviz import networks
from cnnviz.networks import NETWORKS
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings


def built(name, **changes):
    return networks.build(TrainingSettings(network=name, **{"seed": 0, **changes}))


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes(name):
    network = built(name)
    assert network(torch.zeros(3, *NETWORKS[name].input_shape)).shape == (3, 10)
    assert isinstance(list(network.children())[-1], nn.Linear)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_parameter_learns(name):
    network = built(name)
    network(torch.rand(4, 1, 28, 28)).logsumexp(1).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())


@pytest.mark.parametrize("name", NETWORKS)
def test_it_can_learn_a_few_images_by_heart(name):
    network = built(name)
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
        ("inception", 260 + 19104 + 20 * (88 * 25 + 1) + 19824 + 14090, 1408),
        ("residual", 416 + 2 * 16 * 145 + 32 * 401 + 2 * 32 * 289 + 5130, 512),
        ("plain", 416 + 2 * 16 * 145 + 32 * 401 + 2 * 32 * 289 + 5130, 512),
        ("custom", 16 * 26 + 32 * 401 + 15690, 1568),
        ("dense", 785 * 512 + 513 * 256 + 257 * 128 + 129 * 64 + 65 * 10, 64),
    ],
)
def test_sizes_of_the_tutorials(name, parameters, features):
    network = built(name)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert network[-1].in_features == features


def test_pooling_before_relu_gives_the_same_numbers():
    network = built("same_padded")
    x = torch.rand(5, 1, 28, 28)
    pooled = nn.functional.max_pool2d
    by_the_tutorial = pooled(network.conv1(x).relu(), 2)
    by_the_tutorial = pooled(network.conv2(by_the_tutorial).relu(), 2)
    assert torch.equal(network(x), network.dense(by_the_tutorial.flatten(1)))


def test_a_seed_decides_the_weights():
    first, again, other = (built("two_conv", seed=seed).conv1.weight for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_an_unknown_network_is_refused():
    with pytest.raises(Refusal, match="two_conv, same_padded"):
        built("resnet152")


def test_an_inception_block_is_four_ways_side_by_side():
    network = built("inception")
    block, maps = network.inception1, torch.rand(2, 10, 12, 12)
    f = nn.functional
    ways = block.branches
    expected = [
        ways["one"].conv(maps),
        f.conv2d(ways["five"].reduce(maps), ways["five"].conv.weight, ways["five"].conv.bias, padding=2),
        ways["three"].conv2(ways["three"].conv1(ways["three"].reduce(maps))),
        ways["pool"].conv(f.avg_pool2d(maps, 3, stride=1, padding=1)),
    ]
    assert [way.shape[1] for way in expected] == [16, 24, 24, 24]
    assert torch.allclose(block(maps), torch.cat(expected, 1), atol=1e-6)


@pytest.mark.parametrize(("name", "skip"), [("residual", 1), ("plain", 0)])
def test_a_residual_block_adds_its_input(name, skip):
    block, maps = built(name).block1, torch.randn(2, 16, 6, 6)
    body = block.body.conv2(block.body.conv1(maps).relu())
    assert torch.allclose(block(maps), (skip * maps + body).relu(), atol=1e-6)


@pytest.mark.parametrize("blocks", [1, 3, 12])
def test_residual_and_plain_differ_in_their_skips_alone(blocks):
    residual, plain = (built(name, blocks=blocks) for name in ("residual", "plain"))
    assert sum(isinstance(layer, Residual) for layer in residual.modules()) == 2 * blocks
    for (name, ours), (other, theirs) in zip(residual.named_parameters(), plain.named_parameters(), strict=True):
        assert name == other
        assert torch.equal(ours, theirs)


def test_branches_are_found_by_their_names():
    assert [len(layer.branches) for layer in built("inception").modules() if isinstance(layer, Branches)] == [4, 4]
