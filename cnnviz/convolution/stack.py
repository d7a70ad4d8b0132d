"""Layers one after the other: the shape after each, its cost, and the receptive field of its units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from cnnviz.convolution.costs import LayerCost, multiply_adds
from cnnviz.convolution.layer_language import MISFITS, STACK, Layer, parse, write
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.language import mark, sentence
from cnnviz.refusal import Range, Refusal, quoted

INPUT_LIMITS: Mapping[str, Range] = {"channels": Range(1, 512), "side": Range(1, 224)}
INPUT_NAMES: Mapping[str, str] = {"channels": mark("input channels"), "side": mark("input side")}  # in a sentence
LONGEST_TEXT = 1000  # characters that are read


@dataclass(frozen=True)
class Stack:
    """Square maps of `side`, through convolutions and poolings.

    Raises:
        Refusal: a layer does not fit the map that reaches it; its number is named.
    """

    channels: int
    side: int
    layers: Sequence[Layer]

    def __post_init__(self) -> None:
        for name, limits in INPUT_LIMITS.items():
            limits.check(sentence(INPUT_NAMES[name]), getattr(self, name))
        if not 1 <= len(self.layers) <= STACK.most_layers:
            raise Refusal(
                "a stack has 1 to {most} layers; this one has {count}.",
                most=STACK.most_layers,
                count=len(self.layers),
            )
        for layer in self.layers:
            STACK.check(layer)
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
                raise Refusal(MISFITS[layer.kind], number=number, problem=problem)
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
            for layer, (before, after) in zip(self.layers, pairwise(self.shapes), strict=True)
        ]

    def receptive_field(self, level: int, below: int = 0) -> ReceptiveField:
        """Of a unit after layer `level` (0 is the input itself), on the map after layer `below`."""
        field = ReceptiveField()
        for layer, (_, side) in zip(self.layers[below:level], self.shapes[below:level], strict=True):
            field = field.through((layer.axis(side), layer.axis(side)))
        return field

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
        return f"{self.channels}x{self.side}; {write(self.layers, STACK)}"


def parse_stack(text: str) -> Stack:
    """Text such as `1x28; conv 16 k5 p2; max k2 s2` to a stack.

    Raises:
        Refusal: it is something else, or a layer does not fit.
    """
    head, _, layers = text[:LONGEST_TEXT].partition(";")
    size = re.fullmatch(r"\s*([0-9]{1,4})x([0-9]{1,4})\s*", head, re.ASCII)
    if size is None:
        raise Refusal("a stack begins with its input, as in 1x28; it begins with {head}.", head=quoted(head))
    return Stack(int(size[1]), int(size[2]), parse(layers, STACK) if layers else [])
