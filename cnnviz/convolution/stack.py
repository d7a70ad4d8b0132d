"""Layers one after the other: the shape after each, its cost, and how far a unit of it sees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cnnviz.convolution.axis import Axis
from cnnviz.convolution.costs import LayerCost, multiply_adds
from cnnviz.refusal import Range, Refusal, quoted

KINDS: Mapping[str, str] = {"conv": "Convolution", "max": "Max pooling", "mean": "Average pooling"}
LIMITS: Mapping[str, Range] = {
    "channels": Range(1, 512),
    "kernel_size": Range(1, 11),
    "stride": Range(1, 4),
    "padding": Range(0, 6),
    "dilation": Range(1, 3),
}
INPUT_LIMITS: Mapping[str, Range] = {"channels": Range(1, 512), "side": Range(1, 224)}
MOST_LAYERS = 6
_LETTERS = {"kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d"}


@dataclass(frozen=True)
class StackLayer:
    """One layer, the same on both axes."""

    kind: str = "conv"
    channels: int = 1  # output channels of a convolution; a pooling keeps those it gets
    kernel_size: int = 3
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Refusal(f"a layer is one of {', '.join(KINDS)}; it is {quoted(self.kind)}.")
        for name, limits in LIMITS.items():
            limits.check(name.replace("_", " "), getattr(self, name))

    def axis(self, length: int) -> Axis:
        """The layer along rows or columns of a map."""
        return Axis(
            length,
            self.kernel_size,
            self.stride,
            self.padding,
            self.padding,
            self.dilation,
            pooling=self.kind != "conv",
        )

    @property
    def text(self) -> str:
        """As `parse_stack` reads it: conv 16 k3 p1."""
        defaults = StackLayer(self.kind)
        words = [self.kind] + [str(self.channels)] * (self.kind == "conv") + [f"k{self.kernel_size}"]
        for name in ("stride", "padding", "dilation"):
            if getattr(self, name) != getattr(defaults, name):
                words.append(f"{_LETTERS[name]}{getattr(self, name)}")
        return " ".join(words)


@dataclass(frozen=True)
class Field:
    """What unit u sees of a lower map along one axis: `size` cells from `start + jump * u` on."""

    size: int
    jump: int
    start: int  # negative in the padding


@dataclass(frozen=True)
class Stack:
    """Square maps of `side`, through layers.

    Raises:
        Refusal: a layer does not fit the map that reaches it; its number is named.
    """

    channels: int
    side: int
    layers: Sequence[StackLayer]

    def __post_init__(self) -> None:
        for name, limits in INPUT_LIMITS.items():
            limits.check(f"input {name}", getattr(self, name))
        if not 1 <= len(self.layers) <= MOST_LAYERS:
            raise Refusal(f"a stack has 1 to {MOST_LAYERS} layers; this one has {len(self.layers)}.")
        _ = self.shapes

    @cached_property
    def shapes(self) -> Sequence[tuple[int, int]]:
        """(channels, side) of the input and after each layer."""
        shapes = [(self.channels, self.side)]
        for number, layer in enumerate(self.layers, 1):
            channels, side = shapes[-1]
            axis = layer.axis(side)
            problem = axis.problem("rows")
            if problem:
                raise Refusal(f"layer {number}, {KINDS[layer.kind].lower()}: {problem}")
            shapes.append((layer.channels if layer.kind == "conv" else channels, axis.output))
        return shapes

    @property
    def costs(self) -> Sequence[LayerCost]:
        """Parameters, multiply-adds and memory of each layer."""
        return [
            LayerCost(
                before[0],
                after[0],
                (layer.kernel_size, layer.kernel_size),
                (before[1], before[1]),
                (after[1], after[1]),
                operation="convolution" if layer.kind == "conv" else "max_pool",
            )
            for layer, before, after in zip(self.layers, self.shapes, self.shapes[1:], strict=False)
        ]

    def field(self, level: int, below: int = 0) -> Field:
        """The receptive field of a unit after layer `level` (0 is the input itself) on the map after layer `below`.

        Source: size and jump grow by every layer, r += (k - 1) d j, j *= s.
        """
        size, jump, start = 1, 1, 0
        for layer in self.layers[below:level]:
            size += (layer.kernel_size - 1) * layer.dilation * jump
            start -= layer.padding * jump
            jump *= layer.stride
        return Field(size, jump, start)

    @property
    def weights(self) -> int:
        """Of all layers, biases left out."""
        return sum(cost.weights for cost in self.costs)

    @property
    def parameters(self) -> int:
        """Weights and biases of all layers."""
        return sum(cost.parameters for cost in self.costs)

    @property
    def multiply_adds(self) -> int:
        """Of all convolutions, for one image."""
        return multiply_adds([cost for cost in self.costs if not cost.pooling])

    @property
    def text(self) -> str:
        """As `parse_stack` reads it."""
        return "; ".join([f"{self.channels}x{self.side}", *(layer.text for layer in self.layers)])


def parse_stack(text: str) -> Stack:
    """Text such as `1x28; conv 16 k5 p2; max k2 s2` to a stack.

    Raises:
        Refusal: it is something else, or a layer does not fit.
    """
    head, *parts = text[:1000].split(";")
    size = re.fullmatch(r"\s*([0-9]{1,4})x([0-9]{1,4})\s*", head, re.ASCII)
    if size is None:
        raise Refusal(f"a stack begins with its input, as in 1x28; it begins with {quoted(head)}.")
    return Stack(int(size[1]), int(size[2]), [_parse_layer(part) for part in parts])


def _parse_layer(text: str) -> StackLayer:
    words = text.split()
    kind, numbers = (words[0] if words else ""), {}
    letters = {letter: name for name, letter in _LETTERS.items()}
    for word in words[1:]:
        match = re.fullmatch(r"([kspd]?)([0-9]{1,4})", word, re.ASCII)
        if match is None:
            raise Refusal(f"a layer is written like conv 16 k3 s1 p1 d1; {quoted(word)} is not understood.")
        numbers[letters.get(match[1], "channels")] = int(match[2])
    return StackLayer(kind, **numbers)
