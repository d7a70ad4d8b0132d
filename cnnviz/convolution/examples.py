"""The worked examples of the sandbox: one click sets input, kernel and every setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.kernels import KERNELS
from cnnviz.convolution.matrices import INPUT, parse_kernels, parse_matrix
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings
from cnnviz.language import mark


@dataclass(frozen=True)
class Example:
    """A worked example: input, kernel, settings, and what to see in it."""

    label: str  # a template, as `description`
    description: str
    matrix: str
    kernel: str = ""  # none in a pooling
    options: Mapping[str, Any] = field(default_factory=dict)  # of ConvolutionSettings
    bias: tuple[float, ...] = (0.0,)

    @property
    def image(self) -> Array:
        """(C, H, W)."""
        return parse_matrix(self.matrix, INPUT)

    @property
    def weights(self) -> Array | None:
        """(c_out, slices, rows, columns), None in a pooling."""
        return parse_kernels(self.kernel) if self.kernel else None

    @property
    def settings(self) -> ConvolutionSettings:
        """Settings of the operation; the size of the kernel is that of its weights."""
        if self.weights is None:
            return ConvolutionSettings(**self.options)
        rows, columns = self.weights.shape[2:]
        return ConvolutionSettings((rows, columns), **self.options)

    @cached_property
    def operation(self) -> Operation:
        """The operation of input, kernel and settings."""
        bias = None if self.weights is None else np.resize(np.array(self.bias), len(self.weights))
        return Operation(self.image, self.settings, self.weights, bias)


def _ramp(rows: int, columns: int) -> str:
    """Diagonal stripes of 0..9, so that every cell differs from its neighbours."""
    return "; ".join(" ".join(str((3 * r + 2 * c) % 10) for c in range(columns)) for r in range(rows))


_PLAIN = "3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
_FIVE = "3 4 6 5 7; 2 4 6 8 2; 1 6 7 8 4; 9 7 4 6 2; 3 7 5 4 1"
_BARS = "; ".join(["1 1 0 0 0 0 1 1"] * 6)
_BARS_TURNED = "; ".join(["1 1 1 1 1 1"] * 2 + ["0 0 0 0 0 0"] * 4 + ["1 1 1 1 1 1"] * 2)
_DOT = "0 0 0 0 0; 0 0 0 0 0; 0 0 1 0 0; 0 0 0 0 0; 0 0 0 0 0"
_FOUR = "3 4 6 5; 2 4 6 8; 1 6 7 8; 9 7 4 6"
_COLOURS = "9 9 0 0; 9 9 0 0; 0 0 5 5 | 0 0 9 9; 0 0 9 9; 0 0 5 5 | 0 0 0 0; 0 0 0 0; 9 9 5 5"
_NINE = KERNELS["one_to_nine"].text
_SOBEL = KERNELS["sobel_x"].text

EXAMPLES: Mapping[str, Example] = {
    "plain": Example(
        mark("Plain"),
        mark("The window slides row by row; each stop gives one number."),
        _PLAIN,
        KERNELS["example_a"].text,
    ),
    "padding": Example(
        mark("Padding keeps the size"),
        mark("A frame of zeros lets the kernel stop at the corners too: 5x5 stays 5x5."),
        _FIVE,
        _NINE,
        {"padding": (1, 1)},
    ),
    "stride": Example(
        mark("Stride"), mark("The kernel moves two cells at a time: 5x5 gives 2x2."), _FIVE, _NINE, {"stride": (2, 2)}
    ),
    "edges": Example(
        mark("Vertical edges"),
        mark("Along each row the output is 1 where a 1 is followed by a 0, -1 where a 0 is followed by a 1, else 0."),
        _BARS,
        "1 -1",
    ),
    "edges_turned": Example(
        mark("Vertical edges, image turned"),
        mark("The same kernel sees nothing: along each row nothing changes."),
        _BARS_TURNED,
        "1 -1",
    ),
    "channels": Example(
        mark("Two input channels"),
        mark("Each channel has its own slice of the kernel; the results are added."),
        "0 1 2; 3 4 5; 6 7 8 | 1 2 3; 4 5 6; 7 8 9",
        "0 1; 2 3 | 1 2; 3 4",
    ),
    "output_channels": Example(
        mark("Three output channels"),
        mark("Each output channel has a kernel of its own, and a bias of its own."),
        _ramp(6, 6),
        f"{_SOBEL} || {KERNELS['sobel_y'].text} || {KERNELS['laplacian'].text}",
        bias=(0.0, 1.0, -1.0),
    ),
    "unequal_kernel": Example(
        mark("Kernel 5x3"),
        mark("Rows and columns are separate: a 5x3 kernel needs padding (2, 1) to keep 8x8."),
        _ramp(8, 8),
        "0 1 0; 0 1 0; 1 1 1; 0 1 0; 0 1 0",
        {"padding": (2, 1)},
    ),
    "halving": Example(
        mark("Halving"),
        mark("Padding 1 and stride 2 halve each side: 8x8 gives 4x4."),
        _ramp(8, 8),
        _SOBEL,
        {"stride": (2, 2), "padding": (1, 1)},
    ),
    "unequal_all": Example(
        mark("Everything unequal"),
        mark("Kernel 3x5, padding (0, 1), stride (3, 4): 8x8 gives 2x2."),
        _ramp(8, 8),
        "1 0 0 0 -1; 1 0 0 0 -1; 1 0 0 0 -1",
        {"stride": (3, 4), "padding": (0, 1)},
    ),
    "mistake": Example(
        mark("Find the mistake"),
        mark("A tutorial says: 3x3 on 6x6, stride 1, no padding gives 2x2. Count: it gives 4x4."),
        _ramp(6, 6),
        KERNELS["box"].text,
    ),
    "even": Example(
        mark("Same padding, even kernel"),
        mark(
            "k - 1 = 3 rows of padding cannot be halved: one goes on top, two below, as in PyTorch. "
            "Odd kernels are usual for this reason."
        ),
        _ramp(6, 6),
        "1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1",
        {"padding": "same"},
    ),
    "flip": Example(
        mark("True convolution"),
        mark("Flipped, the kernel stamps itself on a single 1; unflipped, it appears turned by half a turn."),
        _DOT,
        _NINE,
        {"flip": True},
    ),
    "dilation": Example(
        mark("Dilation"),
        mark("A 3x3 kernel with gaps spans 5x5 with nine weights."),
        _ramp(7, 7),
        _NINE,
        {"dilation": (2, 2)},
    ),
    "reflect": Example(
        mark("Reflect padding"),
        mark("The frame mirrors the image, so that no border of zeros is invented."),
        _FIVE,
        KERNELS["box"].text,
        {"padding": (1, 1), "padding_mode": "reflect"},
    ),
    "depthwise": Example(
        mark("Groups: depthwise"),
        mark("With as many groups as channels, each kernel reads one channel only."),
        _COLOURS,
        "1 -1; 1 -1 || 1 -1; 1 -1 || 1 1; -1 -1",
        {"groups": 3},
    ),
    "one_by_one": Example(
        mark("1x1 mixes channels"),
        mark("Every pixel alone: its channels times a matrix. No neighbour is looked at."),
        _COLOURS,
        "1 | 1 | 1 || 1 | -1 | 0",
    ),
    "relu": Example(
        mark("ReLU"),
        mark("Negative sums become 0; what is left marks one kind of edge, from 1 to 0."),
        _BARS,
        "1 -1",
        {"activation": "relu"},
    ),
    "transposed": Example(
        mark("Transposed convolution"),
        mark("Backwards: each input cell lays the kernel, times its number, onto the output. 3x3 grows to 7x7."),
        "1 2 3; 4 5 6; 7 8 9",
        "1 2 1; 2 4 2; 1 2 1",
        {"operation": "transposed", "stride": (2, 2)},
    ),
    "max_pool": Example(
        mark("Max pooling"),
        mark("The largest number of each window stays; nothing is learned."),
        _FOUR,
        options={"operation": "max_pool", "kernel_size": (2, 2), "stride": (2, 2)},
    ),
    "average_pool": Example(
        mark("Average pooling"),
        mark("Window (2, 3), padding (0, 1), stride (2, 3): the mean of each window, padding counted."),
        _ramp(6, 7),
        options={"operation": "average_pool", "kernel_size": (2, 3), "stride": (2, 3), "padding": (0, 1)},
    ),
}
