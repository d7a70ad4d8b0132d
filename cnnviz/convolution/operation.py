"""What a convolution or a pooling does: which settings fit, what each output cell adds up, and what comes out.

Arrays are in torch's order: image (c_in, H, W), weights (c_out, c_in / groups, kernel rows, kernel columns),
output (c_out, H', W'). Pairs are (rows, columns). Rows and columns are counted from 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.axis import NOTHING, Axis
from cnnviz.convolution.settings import ConvolutionSettings, Misfit, Pair, legal_groups
from cnnviz.refusal import Refusal


@dataclass(frozen=True)
class Term:
    """One value that an output cell reads. Row and column are those of the input, NOTHING for a zero."""

    channel: int
    row: int
    column: int
    value: float
    weight: float  # 1 in a pooling
    padding: bool  # whether the value stands in the frame and is no cell of the input

    @property
    def product(self) -> float:
        """What this term adds to the output cell."""
        return self.value * self.weight


@dataclass(frozen=True)
class CellArithmetic:
    """How one output cell comes about."""

    terms: tuple[Term, ...]
    bias: float
    settings: ConvolutionSettings
    divisor: int = 1  # of an average

    @property
    def channel_sums(self) -> Mapping[int, float]:
        """Sum of the products of each input channel."""
        channels = sorted({term.channel for term in self.terms})
        return {c: sum(t.product for t in self.terms if t.channel == c) for c in channels}

    @property
    def total(self) -> float:
        """The number before the activation."""
        if self.settings.operation == "max_pool":
            return max((term.value for term in self.terms), default=-np.inf)
        return sum(self.channel_sums.values()) / self.divisor + self.bias

    @property
    def result(self) -> float:
        """The number in the output cell."""
        return max(self.total, 0.0) if self.settings.activation == "relu" else self.total


@dataclass(frozen=True, eq=False)
class Operation:
    """An image, the kernels or the window that slide over it, and what comes out.

    Raises:
        Misfit: the pieces do not fit together. Refusal: weights are missing or have another size than the settings say.
    """

    image: Array  # (c_in, H, W)
    settings: ConvolutionSettings
    weights: Array | None = None  # (c_out, c_in / groups, kernel rows, kernel columns); None for a pooling
    bias: Array | None = None  # (c_out,); None for a pooling, else zeros

    def __post_init__(self) -> None:
        s, channels = self.settings, len(self.image)
        if (self.weights is None) != s.pooling:
            raise Refusal("a pooling has no weights." if s.pooling else "a convolution needs weights.")
        if self.weights is not None:
            if self.weights.shape[2:] != s.kernel_size:
                raise Refusal(f"the kernel has {self.weights.shape[2:]} cells, the settings say {s.kernel_size}.")
            self._check_channels(channels, *self.weights.shape[:2])
        s.axes(self.image_size)

    def _check_channels(self, c_in: int, c_out: int, slices: int) -> None:
        s, legal = self.settings, legal_groups(c_in, c_out)
        if s.groups not in legal:
            nearest = min(legal, key=lambda groups: abs(groups - s.groups))
            raise Misfit(
                f"groups {s.groups} must divide the {c_in} input and the {c_out} output channels; "
                f"use {' or '.join(map(str, legal))}.",
                s,
                replace(s, groups=nearest).fitted(self.image_size),
            )
        if slices * s.groups != c_in:
            raise Misfit(
                f"each kernel has {counted(slices, 'slice')} but reads {counted(c_in // s.groups, 'channel')}; "
                "give one slice per channel.",
                s,
                s.fitted(self.image_size),
            )

    @property
    def image_size(self) -> Pair:
        """Rows and columns of the input."""
        return self.image.shape[1], self.image.shape[2]

    @cached_property
    def axes(self) -> tuple[Axis, Axis]:
        """Rows and columns."""
        return self.settings.axes(self.image_size)

    @property
    def c_out(self) -> int:
        """Output channels; a pooling works on each channel alone."""
        return len(self.image) if self.weights is None else len(self.weights)

    def channels_of(self, channel: int) -> range:
        """The input channels that an output channel reads."""
        if self.weights is None:
            return range(channel, channel + 1)
        slices = self.weights.shape[1]
        group = channel // (self.c_out // self.settings.groups)
        return range(group * slices, (group + 1) * slices)

    @cached_property
    def applied(self) -> Array | None:
        """The weights as they lie on the image: turned by half a turn for true convolution."""
        if self.weights is None or not self.settings.flip:
            return self.weights
        return self.weights[:, :, ::-1, ::-1]

    @cached_property
    def biases(self) -> Array:
        """(c_out,)."""
        return np.zeros(self.c_out) if self.bias is None else self.bias

    @property
    def blank(self) -> float:
        """What stands in the frame and beyond it: nothing that could win a maximum, else zero."""
        return -np.inf if self.settings.operation == "max_pool" else 0.0

    @cached_property
    def padded(self) -> Array:
        """The image with its frame, (c_in, rows, columns)."""
        rows, columns = (axis.sources for axis in self.axes)
        image = self.image.astype(float)[:, rows[:, None], columns]
        image[:, (rows == NOTHING)[:, None] | (columns == NOTHING)] = self.blank
        return image

    @cached_property
    def windows(self) -> Array:
        """What the kernel sees at each stop, (c_in, H', W', kernel rows, kernel columns)."""
        extended = np.pad(self.padded, ((0, 0), (0, 1), (0, 1)), constant_values=self.blank)  # NOTHING, -1, is the last
        rows, columns = (axis.taps for axis in self.axes)
        return extended[:, rows[:, None, :, None], columns[None, :, None, :]]

    @cached_property
    def channel_sums(self) -> Array:
        """Products added up per input channel, (c_out, c_in / groups, H', W'); the window's sum in a pooling."""
        if self.applied is None:
            return self.windows.sum((-1, -2))[:, None]
        groups = self.settings.groups
        c_in, *size = self.windows.shape
        c_out, slices, *kernel = self.applied.shape
        windows = self.windows.reshape(groups, c_in // groups, *size)
        weights = self.applied.reshape(groups, c_out // groups, slices, *kernel)
        sums = np.einsum("gihwab,goiab->goihw", windows, weights, optimize=True)
        return sums.reshape(c_out, slices, *size[:2])

    @cached_property
    def divisor(self) -> Array:
        """What the sum of each window is divided by in an average pooling, (H', W')."""
        include = self.settings.count_include_pad
        rows, columns = (axis.counts if include else axis.inside_counts for axis in self.axes)
        return np.multiply.outer(rows, columns)

    @cached_property
    def sums(self) -> Array:
        """The output before the activation, (c_out, H', W')."""
        if self.settings.operation == "max_pool":
            return self.windows.max((-1, -2))
        if self.settings.operation == "average_pool":
            return self.channel_sums[:, 0] / self.divisor
        return self.channel_sums.sum(1) + self.biases[:, None, None]

    @cached_property
    def output(self) -> Array:
        """What comes out, (c_out, H', W')."""
        return self.sums.clip(0) if self.settings.activation == "relu" else self.sums

    @cached_property
    def uses(self) -> Array:
        """How many cells of one output map read each cell of the padded input, (rows, columns)."""
        rows, columns = (axis.uses for axis in self.axes)
        return np.multiply.outer(rows, columns)

    def cell(self, row: int, column: int, channel: int = 0) -> CellArithmetic:
        """Everything that one output cell reads, channel by channel, row by row."""
        terms = tuple(
            term
            for k, source in enumerate(self.channels_of(channel))
            for term in self._terms(row, column, source, None if self.applied is None else self.applied[channel, k])
        )
        divisor = int(self.divisor[row, column]) if self.settings.operation == "average_pool" else 1
        return CellArithmetic(terms, float(self.biases[channel]), self.settings, divisor)

    def _terms(self, row: int, column: int, channel: int, weights: Array | None) -> Sequence[Term]:
        rows, columns = self.axes
        places = [
            (i, j, top, left) for i, top in enumerate(rows.taps[row]) for j, left in enumerate(columns.taps[column])
        ]
        return [
            Term(
                channel,
                int(rows.sources[top]),
                int(columns.sources[left]),
                float(self.padded[channel, top, left]),
                1.0 if weights is None else float(weights[i, j]),
                bool(rows.frame[top] or columns.frame[left]),
            )
            for i, j, top, left in places
            if NOTHING not in (top, left)
        ]


def counted(number: int, word: str) -> str:
    """ "1 slice", "2 slices"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def convolve(image: Array, weights: Array, bias: Array | None = None, **settings: Any) -> Array:
    """The output of a convolution alone, (c_out, H', W'); settings as in ConvolutionSettings, kernel_size left out."""
    kernel_size = (weights.shape[2], weights.shape[3])
    return Operation(image, ConvolutionSettings(kernel_size, **settings), weights, bias).output
