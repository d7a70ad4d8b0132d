"""Parts of networks against torch: its parameters, its operations, and gradients that show receptive fields."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnviz import networks
from cnnviz.figures.network import diagram_height, network_diagram, places
from cnnviz.networks import NETWORKS, anatomy
from cnnviz.networks.blocks import Branches, Residual, chain
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
        assert part.milliseconds is None or part.milliseconds >= 0
        known.add(part.name)


def transparent(module: nn.Module) -> None:
    """Make every unit pass on gradient to all of its receptive field."""
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
def test_a_receptive_field_is_what_the_gradient_of_a_unit_reaches(settings):
    network = networks.build(settings).eval()
    transparent(network)
    fields = {part.name: part.receptive_field for part in anatomy.anatomy(settings)}
    image = torch.zeros(1, 1, 28, 28, requires_grad=True)
    values = image
    for name, layer in network.named_children():
        values = layer(values)
        if values.ndim != 4:
            break
        field = fields.get(name) or fields.get(f"{name}.stack") or fields[f"{name}.relu"]
        middle = values.shape[-1] // 2
        (gradient,) = torch.autograd.grad(values[0, :, middle, middle].sum(), image, retain_graph=True)
        reached = gradient[0, 0].abs().sum(0).nonzero()[:, 0]
        first, last = int(reached[0]), int(reached[-1])
        if first > 0 and last < 27:
            assert last - first + 1 == field.columns.size, name
        else:
            assert last - first + 1 <= field.columns.size, name


OWN = [
    *("conv 4 k9 p4; conv 4 k9 p4; conv 4 k9 p4; conv 4 k9 p4", "conv 4 k1 s3", "conv 4 k3 s4 p2; conv 4 k1 s2"),
    *(
        "conv 2 k7 s4 p3 mean; conv 2 k3 p1",
        "conv 2 k1 s4; conv 2 k3 s2 p1; conv 2 k1",
        "conv 2 k9 s1 p4 mean; conv 2 k5",
    ),
]


@pytest.mark.parametrize("layers", OWN)
def test_a_unit_sees_the_pixels_that_its_gradient_reaches(layers):
    """At most, among all units of a layer; padding is no pixel, and what a stride skips is not seen."""
    settings = TrainingSettings(network="custom", layers=layers, batch_size=1)
    network = networks.build(settings).eval()
    transparent(network)
    parts = {part.name: part for part in anatomy.anatomy(settings)}
    image = torch.zeros(1, 1, 28, 28, requires_grad=True)
    values = image
    for name, layer in network.named_children():
        values = layer(values)
        units = values.sum(1).flatten() if values.ndim == 4 else values[0]
        gradients = [torch.autograd.grad(unit, image, retain_graph=True)[0][0, 0].abs() for unit in units[:400]]
        rows, columns = (max(int((g.sum(axis) > 0).sum()) for g in gradients) for axis in (1, 0))
        assert tuple(one.most for one in parts[name].receptive_field.reached) == (rows, columns), name


def test_padding_is_told_where_it_is_part_of_what_is_seen():
    parts = anatomy.anatomy(TrainingSettings(network="custom", layers="; ".join(["conv 2 k9 p4"] * 4)))
    assert {part.name: part.seen for part in parts}["conv4"] == "28×28 (of 33×33 with padding)"
    assert parts[1].seen == "9×9"
    assert parts[-1].seen == "28×28"
    skipping = anatomy.anatomy(TrainingSettings(network="custom", layers="conv 2 k1 s4; conv 2 k3"))
    assert [part.seen for part in skipping if part.role] == ["1×1", "3×3 (spread over 9×9)", "7×7 (spread over 25×25)"]


def test_a_network_that_cannot_be_built_is_refused():
    with pytest.raises(Refusal, match="does not fit"):
        anatomy.anatomy(TrainingSettings(network="custom", layers="conv 8 k9 max; conv 8 k9 max; conv 8 k9"))


def test_branches_stand_side_by_side_and_skips_are_arcs():
    parts = anatomy.anatomy(NETWORKS["inception"].tutorial.but(batch_size=2))
    where = places(parts)
    assert len(set(where.values())) == len(parts)
    assert [where[f"inception1.{branch}"][0] for branch in ("one.conv", "five.conv", "three.conv2", "pool.conv")] == [
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


def test_a_diagram_tells_what_each_layer_is():
    parts = anatomy.anatomy(NETWORKS["strided"].tutorial.but(batch_size=2))
    figure = network_diagram(parts, of="x")
    assert figure.data[0].text[:3] == ("image<br>1×28×28", "conv 3x3<br>16×14×14", "batch norm<br>16×14×14")
    assert figure.data[0].hovertext[1] == (
        "<b>conv1</b> 3x3, stride 2, padding 1<br>16 × (1 × 3 × 3 + 1) = 160 parameters<br>"
        "28,224 multiply-adds<br>a unit sees 3×3 pixels"
    )
    colours = [shape.line.color for shape in figure.layout.shapes if shape.type == "rect"]
    assert colours[1] == colours[4] != colours[2]


def conv(channels=1):
    return nn.Conv2d(channels, 1, 3, padding=1)


def nested():
    """A fork in a branch of a fork, a block in a branch, and layers in sequences of whatever depth."""
    inner = Branches(a=chain(conv=conv()), b=chain(deep=chain(conv=conv(), relu=nn.ReLU())), c=chain(conv=conv()))
    outer = Branches(
        plain=chain(conv=conv()),
        forked=chain(conv=conv(), fork=inner, mix=conv(3)),
        block=chain(conv=conv(), residual=Residual(chain(stem=chain(conv=conv())))),
        nothing=chain(),
    )
    return chain(stem=chain(first=chain(conv=conv())), outer=outer, up=nn.ConvTranspose2d(4, 1, 2, 2))


def test_names_of_any_depth_have_their_place():
    parts = list(anatomy.walk(nested(), torch.zeros(1, 1, 8, 8)))
    where = places(parts)
    assert len(set(where.values())) == len(parts)
    assert all(where[source][1] < where[part.name][1] for part in parts for source in part.sources)
    columns = {name: column for name, (column, _) in where.items()}
    assert columns["input"] == columns["stem.first.conv"] == columns["outer.stack"] == columns["up"] == 0
    assert columns["outer.plain.conv"] == -2
    inner = [f"outer.forked.fork.{name}" for name in ("a.conv", "b.deep.conv", "c.conv")]
    assert [columns[name] for name in inner] == [-1, 0, 1]
    assert columns["outer.forked.conv"] == columns["outer.forked.mix"] == columns["outer.forked.fork.stack"] == 0
    assert columns["outer.block.residual.body.stem.conv"] == columns["outer.block.residual.add"] == 2
    figure = network_diagram(parts, of="x")
    assert figure.data[0].hovertext[-1].endswith("how many pixels a unit sees is not known")
    arcs = [shape for shape in figure.layout.shapes if shape.path and "C" in shape.path]
    assert len(arcs) == 2  # around the body of the block, and of the empty branch around the fork below it
    assert figure.layout.xaxis.range[1] > 2 + 0.6


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ([0.01] * 7, 0.01),
        ([0.01, 0.011, 0.01, 0.012, 0.011, 0.01, 0.2], 0.011),  # one turn was disturbed
        ([0.01, 0.2, 0.01, 0.199, 0.15, 0.011, 0.19], None),
        ([1e-6, 9e-6, 2e-6, 1e-6, 1e-6, 8e-6, 9e-6], 2e-6),  # a trifle
    ],
)
def test_a_time_is_told_only_where_the_turns_agree(seconds, told):
    assert anatomy.typical(seconds) == told
