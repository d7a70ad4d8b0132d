"""The parts of a network, how they are joined, and what each costs: for its diagram and its table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from cnnviz import networks
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.convolution.settings import Pair
from cnnviz.language import mark, say
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.networks.connections import added, stacked
from cnnviz.networks.geometry import Units
from cnnviz.networks.layers import describe, kernel_words, label, multiply_adds, parameters, type_of, written_sum
from cnnviz.networks.records import Connection, Part
from cnnviz.settings import TrainingSettings

TURNS = 7  # of which the median is told
SCATTER = 1.5  # of the middle half of the turns: above it, something else was busy and no time is told
TRIFLE = 2e-5  # seconds, within which scatter does not matter
JOINS: Mapping[str, str] = {
    mark("concatenate"): mark("the maps of all branches, one after the other"),
    mark("add"): mark("the maps of the branch and those that skip it, added number by number"),
}
"""Places where branches become one, and what happens there."""


@dataclass(frozen=True)
class Flow:
    """What has come out of the layers so far."""

    values: Tensor
    field: ReceptiveField | None  # of their units
    size: Pair  # rows and columns of the last map
    source: str  # the part that the values come from; none before the image
    branches: tuple[tuple[str, str], ...] = ()  # (block, branch) that they stand on

    @property
    def maps(self) -> int:
        """How many maps the values are; numbers in a row are one."""
        return self.values.shape[1] if self.values.ndim == 4 else 1


class Passed(NamedTuple):
    """A part on the way of some images."""

    part: Part
    values: Tensor  # that come out of it, (N, C, H, W) or (N, D)
    layer: nn.Module | None  # None where nothing is computed but a join


Parts = Generator[Passed, None, Flow]  # the parts on the way, and what comes out behind them


def anatomy(settings: TrainingSettings) -> list[Part]:
    """The parts of a network from the image to the logits, each after those that it reads.

    Raises:
        Refusal: the network cannot be built.
    """
    network = networks.build(settings).eval()
    return list(walk(network, torch.zeros(settings.batch_size, *networks.spec(settings.network).input_shape)))


def walk(network: nn.Sequential, images: Tensor) -> Iterator[Part]:
    """The parts of a network in evaluation mode, on the way of a batch of (N, C, H, W) images."""
    return (one.part for one in passed(network, images, turns=TURNS))


@torch.no_grad()
def passed(network: nn.Sequential, images: Tensor, *, turns: int = 0) -> Iterator[Passed]:
    """The parts of a network in evaluation mode, with what comes out of each.

    Args:
        network: to walk through.
        images: (N, C, H, W).
        turns: how often each layer is timed; 0: no time is told.
    """
    rows, columns = images.shape[2:]
    flow = Flow(images, ReceptiveField.of_image(rows, columns), (rows, columns), "")
    flow = yield from _junction("input", mark("image"), flow)
    yield from _Walk(flow.size, turns).sequence("", network, flow)


def _junction(name: str, kind: str, flow: Flow, joined: tuple[Connection, ...] = ()) -> Parts:
    """A part that computes nothing worth counting: the image, or a place where branches become one."""
    part = Part(
        name=name,
        kind=kind,
        label=say(kind),
        role="" if kind == "image" else "join",
        words="",
        does=say(JOINS[kind]) if joined else "",
        shape=tuple(flow.values.shape[1:]),
        written="",
        parameters=0,
        multiply_adds=0,
        receptive_field=flow.field,
        milliseconds=None,
        connections=joined,
        branches=flow.branches,
    )
    yield Passed(part, flow.values, None)
    return replace(flow, source=name)


@dataclass(frozen=True)
class _Walk:
    """Through the layers of a network, for images of a size."""

    image: Pair
    turns: int

    def sequence(self, prefix: str, layers: nn.Sequential, flow: Flow) -> Parts:
        """Layers one after the other."""
        for name, layer in layers.named_children():
            flow = yield from self.step(f"{prefix}{name}", layer, flow)
        return flow

    def step(self, name: str, layer: nn.Module, flow: Flow) -> Parts:
        """A block and what it is made of, or a layer."""
        match layer:
            case nn.Sequential():
                return (yield from self.sequence(f"{name}.", layer, flow))
            case Branches():
                flows = []
                for branch, layers in layer.named_branches():
                    flows.append((yield from self.branch(name, branch, layers, flow)))
                maps = torch.cat([one.values for one in flows], dim=1)
                joined = stacked([(one.source, one.maps) for one in flows])
                return (yield from _junction(f"{name}.stack", "concatenate", _joined(flows, maps, flow), joined))
            case Residual():
                body = yield from self.branch(name, "body", layer.body, flow)
                if layer.skip:
                    joined = added([body.source, flow.source], flow.maps)
                    both = _joined([body, flow], body.values + flow.values, flow)
                    body = yield from _junction(f"{name}.add", "add", both, joined)
                return (yield from self.leaf(f"{name}.relu", layer.relu, replace(body, branches=flow.branches)))
        return (yield from self.leaf(name, layer, flow))

    def branch(self, block: str, branch: str, layers: nn.Sequential, flow: Flow) -> Parts:
        """One of the branches of a block."""
        on_it = replace(flow, branches=(*flow.branches, (block, branch)))
        return (yield from self.sequence(f"{block}.{branch}.", layers, on_it))

    def leaf(self, name: str, layer: nn.Module, flow: Flow) -> Parts:
        """A layer that is made of no others."""
        result, seconds = _timed(layer, flow.values, self.turns)
        before, after = tuple(flow.values.shape[1:]), tuple(result.shape[1:])
        size = (result.shape[2], result.shape[3]) if result.ndim == 4 else flow.size
        behind = replace(flow, values=result, field=self.field(layer, flow), size=size, source=name)
        groups = type_of(layer).groups(layer, flow.maps, behind.maps)
        part = Part(
            name=name,
            kind=type(layer).__name__,
            label=label(layer),
            role=type_of(layer).role,
            words=kernel_words(layer),
            does=describe(layer),
            shape=after,
            written=written_sum(layer, before, after),
            parameters=parameters(layer),
            multiply_adds=multiply_adds(layer, before, after),
            receptive_field=behind.field,
            milliseconds=None if seconds is None else 1000 * seconds,
            connections=(Connection(flow.source, groups, 0, behind.maps),),
            branches=flow.branches,
        )
        yield Passed(part, result, layer)
        return behind

    def field(self, layer: nn.Module, flow: Flow) -> ReceptiveField | None:
        """The receptive field behind a layer; unknown where it was unknown before."""
        if flow.field is None:
            return None
        units = Units(flow.field, flow.size, self.image, in_a_row=flow.values.ndim != 4)
        return type_of(layer).receptive_field(layer, units)


def _joined(flows: Sequence[Flow], values: Tensor, before: Flow) -> Flow:
    """Branches that become one; all that reaches any of them reaches it."""
    first, *others = (flow.field for flow in flows)
    field = first
    for other in others:
        field = None if field is None or other is None else field.joined(other)
    size = (values.shape[2], values.shape[3]) if values.ndim == 4 else before.size
    return replace(before, values=values, field=field, size=size)


def _timed(layer: nn.Module, values: Tensor, count: int) -> tuple[Tensor, float | None]:
    """The output, of several the first, which has the numbers; the seconds that it takes, where they can be told."""

    def turns() -> Iterator[float]:
        for _ in range(count):
            started = time.perf_counter()
            layer(values)
            yield time.perf_counter() - started

    result = layer(values)
    return result[0] if isinstance(result, tuple) else result, typical(list(turns())) if count else None


def typical(seconds: Sequence[float]) -> float | None:
    """The median of some times; None where they scatter, as they do on a busy computer."""
    first, median, third = statistics.quantiles(seconds, n=4)
    return None if third > SCATTER * first + TRIFLE else median
