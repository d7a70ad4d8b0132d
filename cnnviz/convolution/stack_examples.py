"""Worked examples of stacked layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.convolution.stack import Stack, parse_stack
from cnnviz.language import mark


@dataclass(frozen=True)
class StackExample:
    """A stack with something to see in it."""

    label: str
    text: str
    description: str
    rival: str = ""  # the name of another that does the same

    @property
    def stack(self) -> Stack:
        """The layers."""
        return parse_stack(self.text)


STACKS: Mapping[str, StackExample] = {
    "two_3": StackExample(
        mark("Two 3x3"),
        "16x28; conv 16 k3; conv 16 k3",
        mark("They see 5x5, as one 5x5 does, with 18/25 of its weights."),
        "one_5",
    ),
    "one_5": StackExample(
        mark("One 5x5"), "16x28; conv 16 k5", mark("Sees 5x5 at once: 25 weights per pair of channels."), "two_3"
    ),
    "three_3": StackExample(
        mark("Three 3x3"),
        "16x28; conv 16 k3; conv 16 k3; conv 16 k3",
        mark("They see 7x7 with 27/49 of the weights of one 7x7, and make room for three activations."),
        "one_7",
    ),
    "one_7": StackExample(
        mark("One 7x7"), "16x28; conv 16 k7", mark("Sees 7x7 at once: 49 weights per pair of channels."), "three_3"
    ),
    "direct": StackExample(
        mark("Direct 5x5"),
        "192x28; conv 32 k5 p2",
        mark("From 192 maps to 32 at once: 120 million products."),
        "bottleneck",
    ),
    "bottleneck": StackExample(
        mark("Through a 1x1"),
        "192x28; conv 16 k1; conv 32 k5 p2",
        mark("A 1x1 convolution to 16 maps first: the same shapes for about a tenth of the work."),
        "direct",
    ),
    "shapes": StackExample(
        mark("100x100"), "5x100; conv 10 k3", mark("Ten kernels of five slices: (5, 100, 100) to (10, 98, 98).")
    ),
    "pooling": StackExample(
        mark("Convolve and pool"),
        "1x28; conv 10 k5; max k2 s2; conv 20 k5; max k2 s2",
        mark("After each pooling a step to the neighbour is two pixels of the map below."),
    ),
    "strided": StackExample(
        mark("Strides"),
        "1x28; conv 16 k3 s2 p1; conv 32 k3 s2 p1; conv 64 k3 s2 p1",
        mark("Three times half the side, rounded up, without pooling: 28, 14, 7, 4."),
    ),
    "dilated": StackExample(
        mark("Growing gaps"),
        "1x28; conv 1 k3 d1 p1; conv 1 k3 d2 p2; conv 1 k3 d3 p3",
        mark("Dilation widens the view without a stride: 13x13 from three 3x3."),
    ),
}
