"""The parts of a network, how they are joined, and what each costs: for its diagram and its table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from cnnviz import networks
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.convolution.settings import Pair
from cnnviz.language import mark, say
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.networks.geometry import Units
from cnnviz.networks.layers import kernel_words, label, multiply_adds, parameters, type_of, written_sum
from cnnviz.networks.records import Part
from cnnviz.settings import TrainingSettings

TURNS = 7  # of which the median is told
SCATTER = 1.5  # of the middle half of the turns: above it, something else was busy and no time is told
TRIFLE = 2e-5  # seconds, within which scatter does not matter


@dataclass(frozen=True)
class Flow:
    """What has come out of the layers so far."""

    values: Tensor
    field: ReceptiveField | None  # of their units
    size: Pair  # rows and columns of the last map
    sources: tuple[str, ...]  # the parts that the values come from
    branches: tuple[tuple[str, str], ...] = ()  # (block, branch) that they stand on


Parts = Generator[Part, None, Flow]  # the parts on the way, and what comes out behind them


def anatomy(settings: TrainingSettings) -> list[Part]:
    """The parts of a network from the image to the logits, each after those that it reads.

    Raises:
        Refusal: the network cannot be built.
    """
    network = networks.build(settings).eval()
    return list(walk(network, torch.zeros(settings.batch_size, *networks.spec(settings.network).input_shape)))


@torch.no_grad()
def walk(network: nn.Sequential, images: Tensor) -> Iterator[Part]:
    """The parts of a network in evaluation mode, on the way of a batch of (N, C, H, W) images."""
    rows, columns = images.shape[2:]
    flow = Flow(images, ReceptiveField.of_image(rows, columns), (rows, columns), ())
    flow = yield from _junction("input", mark("image"), flow)
    yield from _Walk(flow.size).sequence("", network, flow)


def _junction(name: str, kind: str, flow: Flow) -> Parts:
    """A part that computes nothing worth counting: the image, or a place where branches become one."""
    yield Part(
        name=name,
        kind=kind,
        label=say(kind),
        role="" if kind == "image" else "join",
        words="",
        shape=tuple(flow.values.shape[1:]),
        written="",
        parameters=0,
        multiply_adds=0,
        receptive_field=flow.field,
        milliseconds=None,
        sources=flow.sources,
        branches=flow.branches,
    )
    return replace(flow, sources=(name,))


@dataclass(frozen=True)
class _Walk:
    """Through the layers of a network, for images of a size."""

    image: Pair

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
                stacked = torch.cat([one.values for one in flows], dim=1)
                return (yield from _junction(f"{name}.stack", mark("concatenate"), _joined(flows, stacked, flow)))
            case Residual():
                body = yield from self.branch(name, "body", layer.body, flow)
                if layer.skip:
                    added = _joined([body, flow], body.values + flow.values, flow)
                    body = yield from _junction(f"{name}.add", mark("add"), added)
                return (yield from self.leaf(f"{name}.relu", layer.relu, replace(body, branches=flow.branches)))
        return (yield from self.leaf(name, layer, flow))

    def branch(self, block: str, branch: str, layers: nn.Sequential, flow: Flow) -> Parts:
        """One of the branches of a block."""
        on_it = replace(flow, branches=(*flow.branches, (block, branch)))
        return (yield from self.sequence(f"{block}.{branch}.", layers, on_it))

    def leaf(self, name: str, layer: nn.Module, flow: Flow) -> Parts:
        """A layer that is made of no others."""
        result, seconds = _timed(layer, flow.values)
        before, after = tuple(flow.values.shape[1:]), tuple(result.shape[1:])
        size = (result.shape[2], result.shape[3]) if result.ndim == 4 else flow.size
        field = self.field(layer, flow)
        yield Part(
            name=name,
            kind=type(layer).__name__,
            label=label(layer),
            role=type_of(layer).role,
            words=kernel_words(layer),
            shape=after,
            written=written_sum(layer, before, after),
            parameters=parameters(layer),
            multiply_adds=multiply_adds(layer, before, after),
            receptive_field=field,
            milliseconds=None if seconds is None else 1000 * seconds,
            sources=flow.sources,
            branches=flow.branches,
        )
        return replace(flow, values=result, field=field, size=size, sources=(name,))

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
    sources = tuple(dict.fromkeys(source for flow in flows for source in flow.sources))
    return Flow(values, field, size, sources, before.branches)


def _timed(layer: nn.Module, values: Tensor) -> tuple[Tensor, float | None]:
    """The output, of several the first, which has the numbers; the seconds that it takes, where they can be told."""

    def turns() -> Iterator[float]:
        for _ in range(TURNS):
            started = time.perf_counter()
            layer(values)
            yield time.perf_counter() - started

    result = layer(values)
    return result[0] if isinstance(result, tuple) else result, typical(list(turns()))


def typical(seconds: Sequence[float]) -> float | None:
    """The median of some times; None where they scatter, as they do on a busy computer."""
    first, median, third = statistics.quantiles(seconds, n=4)
    return None if third > SCATTER * first + TRIFLE else median
