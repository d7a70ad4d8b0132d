"""Parts of networks against torch: its parameters, its operations, and gradients that show what a unit sees."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz import networks
from cnnviz.figures.network import diagram_height, network_diagram, places
from cnnviz.networks import NETWORKS, anatomy
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings

ALL = [spec.tutorial.but(batch_size=2) for spec in NETWORKS.values()]
ALL += [
    NETWORKS["residual"].tutorial.but(blocks=3, batch_size=2),
    TrainingSettings(network="custom", layers="conv 4 k3 s2 p1 bn mean; conv 6 k5 p2 gelu drop20", batch_size=2),
]
WORDS = [f"{s.network}-{s.blocks}-{s.layers[:12]}" for s in ALL]


@pytest.mark.parametrize("settings", ALL, ids=WORDS)
def test_parameters_and_their_sums_are_torchs(settings):
    parts = anatomy.anatomy(settings)
    network = networks.build(settings)
    assert sum(part.parameters for part in parts) == sum(p.numel() for p in network.parameters())
    for part in parts:
        written = part.written.replace("×", "*").replace(",", "")
        assert (eval(written) if written else 0) == part.parameters


@pytest.mark.parametrize("settings", ALL, ids=WORDS)
def test_multiply_adds_are_half_of_torchs_operations(settings):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        networks.build(settings).eval()(torch.zeros(1, 1, 28, 28))
    assert 2 * sum(part.multiply_adds for part in anatomy.anatomy(settings)) == counter.get_total_flops()


@pytest.mark.parametrize("settings", ALL, ids=WORDS)
def test_names_are_unique_and_every_part_follows_its_sources(settings):
    known: set[str] = set()
    for part in anatomy.anatomy(settings):
        assert part.name not in known
        assert set(part.sources) <= known
        assert part.milliseconds >= 0
        known.add(part.name)


def transparent(module: nn.Module) -> None:
    """Make every unit pass on gradient to all that it sees."""
    for name, child in module.named_children():
        if isinstance(child, nn.Conv2d):
            nn.init.ones_(child.weight)
        elif isinstance(child, nn.MaxPool2d):
            setattr(module, name, nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
        elif isinstance(child, (nn.ReLU, nn.GELU, nn.BatchNorm2d, nn.Dropout2d)):
            setattr(module, name, nn.Identity())
        else:
            transparent(child)


@pytest.mark.parametrize("settings", [s for s in ALL if s.network != "dense"], ids=lambda s: s.network)
def test_what_a_unit_sees_is_what_its_gradient_reaches(settings):
    network = networks.build(settings).eval()
    transparent(network)
    looks = {part.name: part.look for part in anatomy.anatomy(settings)}
    image = torch.zeros(1, 1, 28, 28, requires_grad=True)
    values = image
    for name, layer in network.named_children():
        values = layer(values)
        if values.ndim != 4:
            break
        look = looks.get(name) or looks.get(f"{name}.stack") or looks[f"{name}.relu"]
        middle = values.shape[-1] // 2
        (gradient,) = torch.autograd.grad(values[0, :, middle, middle].sum(), image, retain_graph=True)
        reached = gradient[0, 0].abs().sum(0).nonzero()[:, 0]
        first, last = int(reached[0]), int(reached[-1])
        if first > 0 and last < 27:
            assert last - first + 1 == look[0], name
        else:
            assert last - first + 1 <= look[0], name


def test_a_network_that_cannot_be_built_is_refused():
    with pytest.raises(Refusal, match="does not fit"):
        anatomy.anatomy(TrainingSettings(network="custom", layers="conv 8 k9 max; conv 8 k9 max; conv 8 k9"))


def test_ways_stand_side_by_side_and_skips_are_arcs():
    parts = anatomy.anatomy(NETWORKS["inception"].tutorial.but(batch_size=2))
    where = places(parts)
    assert len(set(where.values())) == len(parts)
    assert [where[f"inception1.{way}"][0] for way in ("one.conv", "five.conv", "three.conv2", "pool.conv")] == [
        -1.5,
        -0.5,
        0.5,
        1.5,
    ]
    assert all(where[source][1] < where[part.name][1] for part in parts for source in part.sources)
    deep = anatomy.anatomy(NETWORKS["residual"].tutorial.but(blocks=3, batch_size=2))
    arcs = [shape for shape in network_diagram(deep, of="x").layout.shapes if shape.path and "C" in shape.path]
    assert len(arcs) == 6
    plain = anatomy.anatomy(NETWORKS["plain"].tutorial.but(blocks=3, batch_size=2))
    assert not [shape for shape in network_diagram(plain, of="x").layout.shapes if shape.path and "C" in shape.path]
    assert diagram_height(deep) > diagram_height(parts)
    boxes = [shape for shape in network_diagram(parts, of="x").layout.shapes if shape.type == "rect"]
    assert len(boxes) == len(parts) == len(network_diagram(parts, of="x").data[0].text)
