"""The parts of a network, how they are joined, and what each costs: for its diagram and its table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from math import prod

import torch
from torch import Tensor, nn

from cnnviz import networks
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.networks.describe import kernel_words
from cnnviz.networks.records import Part
from cnnviz.settings import TrainingSettings

SIDE = 28  # pixels of the input
TURNS = 5  # of which the median is told

Look = tuple[int, int]  # pixels of the image that one unit sees, and from one unit to the next
Way = tuple[Tensor, Look, tuple[str, ...]]  # values, what they see, and the parts that they come from


def anatomy(settings: TrainingSettings) -> list[Part]:
    """The parts of a network from the image to the logits, each after those that it reads.

    Raises:
        Refusal: the network cannot be built.
    """
    parts: list[Part] = []
    walk(networks.build(settings).eval(), settings.batch_size, parts.append)
    return parts


@torch.no_grad()
def walk(network: nn.Sequential, batch_size: int, tell: Callable[[Part], None]) -> None:
    """Send a batch through a network and tell of every part on its way."""
    image = torch.zeros(batch_size, 1, SIDE, SIDE)
    tell(Part("input", "image", "", (1, SIDE, SIDE), "", 0, 0, (1, 1), 0.0, ()))
    _sequence("", network, (image, (1, 1), ("input",)), tell)


def _sequence(prefix: str, layers: nn.Sequential, way: Way, tell: Callable[[Part], None]) -> Way:
    for name, layer in layers.named_children():
        way = _step(f"{prefix}{name}", layer, way, tell)
    return way


def _step(name: str, layer: nn.Module, way: Way, tell: Callable[[Part], None]) -> Way:
    match layer:
        case Branches():
            ways = [_sequence(f"{name}.{key}.", branch, way, tell) for key, branch in layer.ways()]
            values = torch.cat([values for values, _, _ in ways], dim=1)
            return _join(f"{name}.stack", "concatenate", ways, values, tell)
        case Residual():
            ways = [_sequence(f"{name}.body.", layer.body, way, tell)]
            if layer.skip:
                ways.append(way)
                way = _join(f"{name}.add", "add", ways, ways[0][0] + way[0], tell)
            else:
                way = ways[0]
            return _leaf(f"{name}.relu", layer.relu, way, tell)
    return _leaf(name, layer, way, tell)


def _join(name: str, kind: str, ways: list[Way], values: Tensor, tell: Callable[[Part], None]) -> Way:
    """Several ways become one; it sees what the one that sees most does."""
    look = max(look for _, look, _ in ways)
    sources = tuple(source for _, _, sources in ways for source in sources)
    tell(Part(name, kind, "", tuple(values.shape[1:]), "", 0, 0, look, 0.0, sources))
    return values, look, (name,)


def _leaf(name: str, layer: nn.Module, way: Way, tell: Callable[[Part], None]) -> Way:
    values, look, sources = way
    result, seconds = _timed(layer, values)
    seen = _look(layer, look)
    shape = tuple(result.shape[1:])
    count = sum(parameter.numel() for parameter in layer.parameters())
    kind = type(layer).__name__
    tell(
        Part(
            name,
            kind,
            kernel_words(layer),
            shape,
            written_sum(layer),
            count,
            multiply_adds(layer, shape),
            seen,
            1000 * seconds,
            sources,
        )
    )
    return result, seen, (name,)


def _timed(layer: nn.Module, values: Tensor) -> tuple[Tensor, float]:
    """The output, and the median of the seconds that it takes."""

    def turns() -> Iterator[float]:
        for _ in range(TURNS):
            started = time.perf_counter()
            layer(values)
            yield time.perf_counter() - started

    return layer(values), statistics.median(turns())


def _look(layer: nn.Module, look: Look) -> Look:
    """What a unit of this layer sees of the image.

    Source: A. Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", 2019.
    """
    size, jump = look
    match layer:
        case nn.Conv2d():
            return size + (layer.kernel_size[0] - 1) * layer.dilation[0] * jump, jump * layer.stride[0]
        case nn.MaxPool2d() | nn.AvgPool2d():
            return size + (int(layer.kernel_size) - 1) * jump, jump * int(layer.stride)  # type: ignore[arg-type]
        case nn.Linear():
            return SIDE, jump
    return look


def written_sum(layer: nn.Module) -> str:
    """How the parameters of a layer are counted, empty where there are none."""
    match layer:
        case nn.Conv2d():
            rows, columns = layer.kernel_size
            kernels = f"{layer.out_channels} × ({layer.in_channels // layer.groups} × {rows} × {columns})"
            return f"{kernels} + {layer.out_channels}"
        case nn.Linear():
            return f"{layer.in_features:,} × {layer.out_features:,} + {layer.out_features:,}"
        case nn.BatchNorm2d():
            return f"2 × {layer.num_features}"
    return ""


def multiply_adds(layer: nn.Module, shape: tuple[int, ...]) -> int:
    """Products that are added up for one image, given the shape of the output; 0 where nothing is multiplied."""
    match layer:
        case nn.Conv2d():
            return prod(shape) * layer.in_channels // layer.groups * prod(layer.kernel_size)
        case nn.Linear():
            return layer.in_features * layer.out_features
    return 0
