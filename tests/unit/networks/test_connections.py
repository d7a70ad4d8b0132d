"""Connections between maps against torch: which maps change when one map of the layer before is another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cnnviz import networks
from cnnviz.networks import NETWORKS, anatomy
from cnnviz.networks.blocks import Branches, Residual, chain
from cnnviz.networks.records import Connection, Part

SIDE = 8


def read(connection: Connection, map_: int, of_source: int) -> set[int]:
    """The maps of the source that a map is made of, as the record says."""
    place = map_ - connection.first
    if not 0 <= place < connection.maps:
        return set()
    size = of_source // connection.groups
    group = place * connection.groups // connection.maps
    return set(range(group * size, (group + 1) * size))


def said(part: Part, parts: dict[str, Part]) -> dict[str, list[set[int]]]:
    """Of each source, the maps that each map of a part reads."""
    return {
        source: [
            set().union(*(read(c, k, parts[source].maps) for c in part.connections if c.source == source))
            for k in range(part.maps)
        ]
        for source in part.sources
    }


def maps(values: Tensor) -> Tensor:
    """(N, maps, numbers); numbers in a row are one map."""
    return values.flatten(2) if values.ndim == 4 else values[:, None]


@torch.no_grad()
def changed(layer: nn.Module, values: Tensor) -> list[set[int]]:
    """Of each map after a layer, the maps before it that change it."""
    before = maps(layer(values))
    found: list[set[int]] = [set() for _ in range(before.shape[1])]
    count = values.shape[1] if values.ndim == 4 else 1
    for k in range(count):
        other = values.clone()
        target = other[:, k] if values.ndim == 4 else other
        target.copy_(torch.rand_like(target) * 3 + 0.5)
        moved = (maps(layer(other)) != before).any(2).any(0)
        for after in moved.nonzero().ravel().tolist():
            found[after].add(k)
    return found


def lively(module: nn.Module) -> nn.Module:
    """Every weight counts, and no activation stops at 0."""
    for child in module.modules():
        for name, parameter in child.named_parameters(recurse=False):
            nn.init.uniform_(parameter, 0.5 if name == "weight" else 0.1, 1.5)
    return module.double().eval()


@st.composite
def layers(draw) -> tuple[nn.Module, Tensor]:
    """A layer, and values that it takes: maps, or numbers in a row."""
    channels = draw(st.sampled_from([1, 2, 4, 6]))
    groups = draw(st.sampled_from([g for g in (1, 2, 3, 6) if channels % g == 0]))
    more = draw(st.integers(1, 3))
    window = draw(st.integers(1, 3))
    made: Sequence[nn.Module] = (
        nn.Conv2d(channels, groups * more, window, draw(st.integers(1, 2)), groups=groups),
        nn.ConvTranspose2d(channels, groups * more, window, groups=groups),
        nn.MaxPool2d(window),
        nn.AvgPool2d(window, 1),
        nn.AdaptiveAvgPool2d(2),
        nn.GroupNorm(groups, channels),
        nn.LayerNorm((channels, SIDE, SIDE)),
        nn.LayerNorm((SIDE, SIDE)),
        nn.LayerNorm(SIDE),
        nn.InstanceNorm2d(channels),
        nn.BatchNorm2d(channels),
        nn.LeakyReLU(),
        nn.GELU(),
        nn.Tanh(),
        nn.PReLU(channels),
        nn.Dropout2d(0.5),
        nn.Identity(),
        nn.Flatten(),
        nn.Linear(SIDE, 3),
    )
    rows: Sequence[nn.Module] = (
        nn.Linear(channels * 5, 3),
        nn.LeakyReLU(),
        nn.BatchNorm1d(channels * 5),
        nn.LayerNorm(channels * 5),
        nn.Dropout(),
    )
    if draw(st.booleans()):
        return draw(st.sampled_from(made)), torch.rand(2, channels, SIDE, SIDE, dtype=torch.double)
    return draw(st.sampled_from(rows)), torch.rand(2, channels * 5, dtype=torch.double)


@settings(max_examples=200, deadline=None)
@given(layers())
def test_a_layer_is_joined_to_the_maps_that_change_its_own(layer_and_values):
    layer, values = layer_and_values
    lively(layer)
    flow = anatomy.Flow(values, None, (SIDE, SIDE), "before")
    part = next(anatomy._Walk((SIDE, SIDE), 0).leaf("layer", layer, flow)).part
    (connection,) = part.connections
    count = values.shape[1] if values.ndim == 4 else 1
    assert [read(connection, k, count) for k in range(part.maps)] == changed(layer, values)


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_of_a_network_are_joined_as_torch_computes(name):
    """Each part again, from nothing but its sources."""
    network = lively(networks.build(NETWORKS[name].tutorial))
    images = torch.rand(2, 1, 28, 28, dtype=torch.double)
    passed = list(anatomy.passed(network, images))
    values = {one.part.name: one.values for one in passed}
    parts = {one.part.name: one.part for one in passed}
    for one in passed[1:]:
        if one.layer is not None:
            (source,) = one.part.sources
            assert said(one.part, parts)[source] == changed(one.layer, values[source]), one.part.name
            torch.testing.assert_close(one.layer(values[source]), one.values)
        else:
            joined_as_said(one, values, parts)


def joined_as_said(one: anatomy.Passed, values: dict[str, Tensor], parts: dict[str, Part]) -> None:
    """A place where branches join: what its connections say makes its values."""
    made = torch.zeros_like(one.values)
    for connection in one.part.connections:
        for k in range(connection.first, connection.first + connection.maps):
            (source,) = read(connection, k, parts[connection.source].maps)
            made[:, k] += values[connection.source][:, source]
    torch.testing.assert_close(made, one.values)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(1, 3), st.booleans())
def test_branches_of_any_width_are_stacked_where_they_are_said_to_be(widths, channels, skip):
    """An empty branch hands on the maps that it was given; a block may stand in a branch."""
    assume(any(widths))
    branches = {
        f"b{k}": chain(conv=nn.Conv2d(channels, width, 1)) if width else chain() for k, width in enumerate(widths)
    }
    total = sum(width or channels for width in widths)
    block = Residual(chain(conv=nn.Conv2d(total, total, 1)), skip=skip)
    network = lively(chain(stem=nn.Conv2d(1, channels, 1), fork=Branches(**branches), block=block))
    passed = list(anatomy.passed(network, torch.rand(2, 1, SIDE, SIDE, dtype=torch.double)))
    values = {one.part.name: one.values for one in passed}
    parts = {one.part.name: one.part for one in passed}
    joins = [one for one in passed[1:] if one.layer is None]
    assert len(joins) == 1 + skip
    for one in joins:
        joined_as_said(one, values, parts)


@pytest.mark.parametrize("layer", [nn.Softmax(dim=1), nn.PixelShuffle(2), nn.ChannelShuffle(2)], ids=repr)
def test_what_nobody_knows_is_joined_to_nothing(layer):
    *_, last = anatomy.walk(chain(layer=layer), torch.zeros(1, 4, 4, 4))
    assert [connection.groups for connection in last.connections] == [None]
    assert last.sources == ("input",)
