"""Weights under other people's names, against torch: whatever is read computes what the file's network computed."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnviz import networks
from cnnviz.networks import NETWORKS
from cnnviz.networks.matching import match
from cnnviz.refusal import Refusal

NAMES = [name for name in NETWORKS if name != "custom"]


def shapes_of(network):
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def wanted(name):
    return shapes_of(networks.build(NETWORKS[name].tutorial))


def matched(name, found):
    return match(wanted(name), found, name, NETWORKS[name].known_as)


def told(result) -> str:
    return " ".join(map(str, result.notes))


@pytest.mark.parametrize("name", NAMES)
def test_own_names_need_no_words(name):
    own = wanted(name)
    result = matched(name, own)
    assert result.names == {tensor: tensor for tensor in own}
    assert result.notes == []


PREFIXES = ["module.", "_orig_mod.", "module._orig_mod.", "model.", "net.", "state_dict.", "model.state_dict.",
            "my_network.backbone.", "weights/"]  # fmt: skip


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("name", NAMES)
def test_a_prefix_is_read_and_told(name, prefix):
    own = wanted(name)
    result = matched(name, {prefix + tensor: shape for tensor, shape in own.items()})
    assert result.names == {tensor: prefix + tensor for tensor in own}
    assert f"stand behind '{prefix.rstrip('./').replace('/', '·')}'" in told(result)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(NAMES), st.randoms())
def test_the_order_of_a_file_does_not_matter(name, random):
    own = list(wanted(name).items())
    random.shuffle(own)
    assert matched(name, dict(own)).names == {tensor: tensor for tensor, _ in own}


def test_a_layer_that_was_compiled_by_itself():
    own = wanted("residual")
    found = {re.sub(r"^block1\.", "block1._orig_mod.", tensor): shape for tensor, shape in own.items()}
    assert matched("residual", found).names["block1.body.conv1.weight"] == "block1._orig_mod.body.conv1.weight"


def test_what_stands_beside_a_network_is_left_aside():
    own = wanted("two_conv")
    found = {f"model.{tensor}": shape for tensor, shape in own.items()}
    found |= {f"optimizer.exp_avg.{tensor}": shape for tensor, shape in own.items()} | {"epoch": (), "rng": (5056,)}
    result = matched("two_conv", found)
    assert result.names == {tensor: f"model.{tensor}" for tensor in own}
    assert "'optimizer' and 'epoch' and 'rng' of the file is left aside." in told(result)


@pytest.mark.parametrize("beside", ["n_averaged", "global_step", "best_acc", "lr", "hyper_parameters.lr", "ema_steps"])
def test_counts_beside_a_network_are_left_aside(beside):
    """As what averages a network keeps them, or what trains it."""
    own = wanted("strided")
    for prefix in ("", "module."):
        result = matched("strided", {prefix + tensor: shape for tensor, shape in own.items()} | {beside: ()})
        assert result.names == {tensor: prefix + tensor for tensor in own}
        assert f"'{beside.split('.')[0]}' of the file is left aside" in told(result)


def test_a_network_that_is_there_twice_is_refused():
    own = wanted("two_conv")
    found = {f"{where}.{tensor}": shape for where in ("student", "teacher") for tensor, shape in own.items()}
    with pytest.raises(Refusal, match="holds this network 2 times, as student and teacher"):
        matched("two_conv", found)
    both = own | {f"module.{tensor}": shape for tensor, shape in own.items()}
    with pytest.raises(Refusal, match=r"Both 'conv1.weight' and 'module.conv1.weight'"):
        matched("two_conv", both)


class Inception(nn.Module):
    """As the tutorial writes it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch1x1 = nn.Conv2d(channels, 16, 1)
        self.branch5x5_1, self.branch5x5_2 = nn.Conv2d(channels, 16, 1), nn.Conv2d(16, 24, 5, padding=2)
        self.branch3x3_1, self.branch3x3_2 = nn.Conv2d(channels, 16, 1), nn.Conv2d(16, 24, 3, padding=1)
        self.branch3x3_3 = nn.Conv2d(24, 24, 3, padding=1)
        self.branch_pool = nn.Conv2d(channels, 24, 1)


def block(channels: int) -> nn.Module:
    return nn.ModuleDict({name: nn.Conv2d(channels, channels, 3, padding=1) for name in ("conv1", "conv2")})


TUTORIALS = {  # the networks as tutorials write them: layers by other names, and ours for some
    "two_conv": (
        nn.ModuleDict({"conv1": nn.Conv2d(1, 10, 5), "conv2": nn.Conv2d(10, 20, 5), "fc": nn.Linear(320, 10)}),
        {"dense": "fc"},
    ),
    "two_conv in a row": (
        nn.Sequential(nn.Conv2d(1, 10, 5), nn.ReLU(), nn.Conv2d(10, 20, 5), nn.Flatten(), nn.Linear(320, 10)),
        {"conv1": "0", "conv2": "2", "dense": "4"},
    ),
    "same_padded": (
        nn.ModuleDict({
            "conv1": nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            "conv2": nn.Sequential(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            "out": nn.Linear(1568, 10),
        }),
        {"conv1": "conv1.0", "conv2": "conv2.0", "dense": "out"},
    ),
    "strided": (
        nn.ModuleDict({
            **{f"layer{k}": nn.Sequential(nn.Conv2d(i, o, 3, 2, 1), nn.BatchNorm2d(o), nn.ReLU())
               for k, (i, o) in enumerate([(1, 16), (16, 32), (32, 64)], 1)},
            "fc": nn.Linear(1024, 10),
        }),
        {"conv2": "layer2.0", "norm3": "layer3.1", "dense": "fc"},
    ),
    "inception": (
        nn.ModuleDict({
            "conv1": nn.Conv2d(1, 10, 5), "conv2": nn.Conv2d(88, 20, 5),
            "incep1": Inception(10), "incep2": Inception(20), "fc": nn.Linear(1408, 10),
        }),
        {"inception1.branches.three.reduce": "incep1.branch3x3_1", "inception2.branches.one.conv": "incep2.branch1x1"},
    ),
    "residual": (
        nn.ModuleDict({
            "conv1": nn.Conv2d(1, 16, 5), "conv2": nn.Conv2d(16, 32, 5),
            "rblock1": block(16), "rblock2": block(32), "fc": nn.Linear(512, 10),
        }),
        {"block1.body.conv2": "rblock1.conv2", "block2.body.conv1": "rblock2.conv1"},
    ),
    "dense": (
        nn.ModuleDict({f"l{k}": nn.Linear(i, o) for k, (i, o) in enumerate(
            [(784, 512), (512, 256), (256, 128), (128, 64), (64, 10)], 1)}),
        {"dense1": "l1", "dense4": "l4", "dense": "l5"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "module.", "model."])
@pytest.mark.parametrize("case", TUTORIALS)
def test_the_names_of_tutorials_are_read_and_told(case, prefix):
    theirs, layers = TUTORIALS[case]
    name = case.split()[0]
    found = {prefix + tensor: shape for tensor, shape in shapes_of(theirs).items()}
    result = matched(name, found)
    for ours, other in layers.items():
        assert result.names[f"{ours}.weight"] == f"{prefix}{other}.weight"
    assert sorted(result.names.values()) == sorted(found)
    assert all(found[other] == wanted(name)[ours] for ours, other in result.names.items())
    assert "By shape and number" in told(result) or "By other names" in told(result)


def test_ten_layers_of_one_shape_are_read_by_their_numbers_not_their_letters():
    settings_ = NETWORKS["plain"].tutorial.but(blocks=6)
    own = shapes_of(networks.build(settings_))
    theirs = nn.Sequential(*(nn.Conv2d(16, 16, 3) for _ in range(12)))
    found = {t: s for t, s in own.items() if "block1" not in t}
    found |= {f"deep.{tensor}": shape for tensor, shape in shapes_of(theirs).items()}
    names = match(own, found, "plain", {}).names
    assert names["block1_1.body.conv1.weight"] == "deep.0.weight"
    assert names["block1_6.body.conv1.weight"] == "deep.10.weight"


def test_layers_that_cannot_be_told_apart_are_refused():
    own = wanted("residual")
    letters = {re.sub(r"block(\d)\.body\.conv(\d)", lambda m: f"b{m[1]}.{'ab'[int(m[2]) - 1]}", t): s
               for t, s in own.items()}  # fmt: skip
    with pytest.raises(Refusal, match=r"'b1.a' and 'b1.b' of the file have equal shapes, and which of them is block1"):
        matched("residual", letters)
    parallel = {re.sub(r"branches\.(\w+)", lambda m: f"way{len(m[1])}{m[1] == 'pool':d}", t): s
                for t, s in wanted("inception").items()}  # fmt: skip
    with pytest.raises(Refusal, match="cannot be told"):
        matched("inception", parallel)


def without(shapes, name):
    return {tensor: shape for tensor, shape in shapes.items() if tensor != name}


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(NAMES), st.data())
def test_one_tensor_less_more_or_otherwise_is_named(name, data):
    own = wanted(name)
    tensor = data.draw(st.sampled_from([t for t in own if not t.endswith("num_batches_tracked")]))
    with pytest.raises(Refusal) as lacks:
        matched(name, without(own, tensor))
    assert tensor in str(lacks.value)
    other = (*own[tensor][:-1], own[tensor][-1] + 1)
    with pytest.raises(Refusal) as differs:
        matched(name, own | {tensor: other})
    assert tensor in str(differs.value) and "x".join(map(str, other)) in str(differs.value)
    with pytest.raises(Refusal, match=r"The weights have 'more.weight', which"):
        matched(name, own | {"more.weight": (3,)})
    assert not re.search("damaged|another network", f"{lacks.value} {differs.value}")


def test_counters_of_batches_may_be_missing():
    own = wanted("strided")
    fewer = {tensor: shape for tensor, shape in own.items() if not tensor.endswith("num_batches_tracked")}
    assert set(matched("strided", fewer).names) == set(fewer)


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.text(max_size=12), st.lists(st.integers(0, 5), max_size=4).map(tuple), max_size=8))
def test_any_names_are_read_or_refused(found):
    with pytest.raises(Refusal):
        matched("two_conv", found)


def test_what_is_matched_computes_the_same():
    theirs, _ = TUTORIALS["two_conv in a row"]
    names = matched("two_conv", shapes_of(theirs)).names
    ours = networks.build(NETWORKS["two_conv"].tutorial)
    ours.load_state_dict({name: theirs.state_dict()[other] for name, other in names.items()})
    images = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    pool = lambda maps: torch.relu(torch.max_pool2d(maps, 2))  # noqa: E731
    expected = theirs[4](theirs[3](pool(theirs[2](pool(theirs[0](images))))))
    torch.testing.assert_close(ours(images), expected)
