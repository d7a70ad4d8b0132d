"""What a convolution does: where its windows lie, what each output cell adds up, and which settings fit.

Arrays are in torch's order: image (c_in, H, W), weights (c_out, c_in, kernel rows, kernel columns),
output (c_out, H', W'). Pairs are (rows, columns). Rows and columns are counted from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnnviz.records import Array
from cnnviz.settings import Range, Refusal

Pair = tuple[int, int]
LIMITS: Mapping[str, Range] = {
    "kernel_size": Range(1, 7),
    "stride": Range(1, 4),
    "padding": Range(0, 6),
    "dilation": Range(1, 3),
}
"""What the sandbox offers on each axis, in cells."""
_MOST_PADDING = int(LIMITS["padding"].high)
AXES = ("rows", "columns")
PADDING = -1
"""Stands for "no cell of the input" where a position is asked for."""


class Misfit(Refusal):
    """Settings that do not fit their input; `remedy` are the nearest that do."""

    def __init__(self, message: str, remedy: ConvolutionSettings) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class ConvolutionSettings:
    """How the kernel moves; pairs are (rows, columns)."""

    kernel_size: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)  # zeros on each of the two sides
    dilation: Pair = (1, 1)
    flip: bool = False  # true convolution: the kernel turned by half a turn

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            for axis, value in zip(AXES, getattr(self, name), strict=True):
                limits.check(f"{name.replace('_', ' ')} ({axis})", value)

    def axes(self, image_size: Pair) -> tuple[Axis, Axis]:
        """The same settings seen along the rows and along the columns of an image.

        Raises:
            Misfit: the kernel does not fit the padded image.
        """
        rows, columns = (self._axis(i, length) for i, length in enumerate(image_size))
        for name, axis in zip(AXES, (rows, columns), strict=True):
            if axis.span > axis.padded:
                raise Misfit(axis.complaint(name), self.fitted(image_size))
        return rows, columns

    def fitted(self, image_size: Pair) -> ConvolutionSettings:
        """The nearest settings that fit: more padding where that is enough, else a smaller kernel."""
        rows, columns = (self._axis(i, length).fitted for i, length in enumerate(image_size))
        return replace(
            self,
            padding=(rows.padding, columns.padding),
            kernel_size=(rows.kernel_size, columns.kernel_size),
        )

    def _axis(self, i: int, length: int) -> Axis:
        return Axis(length, self.kernel_size[i], self.stride[i], self.padding[i], self.dilation[i])


@dataclass(frozen=True)
class Axis:
    """One direction of a convolution. Lengths in cells; positions count cells of the padded input."""

    length: int
    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    @property
    def span(self) -> int:
        """Cells from the first to the last cell that the kernel touches."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def padded(self) -> int:
        """Cells of the padded input."""
        return self.length + 2 * self.padding

    @property
    def output(self) -> int:
        """Places where the kernel stops."""
        return output_size(self.length, self.kernel_size, self.stride, self.padding, self.dilation)

    @property
    def taps(self) -> Array:
        """Positions that each output cell reads, (output, kernel_size)."""
        return self.stride * np.arange(self.output)[:, None] + self.dilation * np.arange(self.kernel_size)

    @property
    def sources(self) -> Array:
        """Row or column of the input at each position, PADDING where there is none, (padded,)."""
        source = np.arange(self.padded) - self.padding
        return np.where((source >= 0) & (source < self.length), source, PADDING)

    @property
    def unused(self) -> Array:
        """Positions after the last window: the remainder that the division floors away."""
        return np.arange((self.output - 1) * self.stride + self.span, self.padded)

    @property
    def padding_needed(self) -> int:
        """Smallest padding with which the kernel fits: half of what the input lacks, rounded up."""
        return max(0, (self.span - self.length + 1) // 2)

    @property
    def largest_kernel(self) -> int:
        """Largest kernel that fits the input as it is padded now."""
        return (self.padded - 1) // self.dilation + 1

    @property
    def fitted(self) -> Axis:
        """The nearest axis on which the kernel fits."""
        if self.padding_needed > _MOST_PADDING:
            return replace(self, kernel_size=min(self.kernel_size, self.largest_kernel))
        return replace(self, padding=max(self.padding, self.padding_needed))

    def complaint(self, name: str) -> str:
        """The sentence for a kernel that does not fit; name is "rows" or "columns"."""
        dilated = f" with dilation {self.dilation}" if self.dilation > 1 else ""
        padding = f"padding >= {self.padding_needed} or " if self.padding_needed <= _MOST_PADDING else ""
        return (
            f"kernel {self.kernel_size}{dilated} spans {self.span} {name} but the padded input has {self.padded}; "
            f"use {padding}a kernel of at most {self.largest_kernel}."
        )


def output_size(length: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Output cells along one axis.

    Source: floor((n + 2p - d(k - 1) - 1) / s) + 1, as torch.nn.Conv2d.
    """
    return (length + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


@dataclass(frozen=True)
class Term:
    """One product of an output cell. Row and column are those of the input, PADDING outside of it."""

    channel: int
    row: int
    column: int
    value: float
    weight: float

    @property
    def padding(self) -> bool:
        """Whether the value is a zero of the padding and not a cell of the input."""
        return PADDING in (self.row, self.column)

    @property
    def product(self) -> float:
        """What this term adds to the output cell."""
        return self.value * self.weight


@dataclass(frozen=True)
class CellArithmetic:
    """How one output cell comes about: its terms channel by channel, and the bias."""

    terms: tuple[Term, ...]
    bias: float

    @property
    def channel_sums(self) -> tuple[float, ...]:
        """Sum of the products of each input channel."""
        channels = range(1 + max(term.channel for term in self.terms))
        return tuple(sum(t.product for t in self.terms if t.channel == c) for c in channels)

    @property
    def total(self) -> float:
        """The number in the output cell."""
        return sum(self.channel_sums) + self.bias


@dataclass(frozen=True, eq=False)
class Convolution:
    """An image, the kernels that slide over it, and what comes out."""

    image: Array  # (c_in, H, W)
    weights: Array  # (c_out, c_in, kernel rows, kernel columns)
    bias: Array  # (c_out,)
    settings: ConvolutionSettings

    def __post_init__(self) -> None:
        slices, channels = self.weights.shape[1], len(self.image)
        if slices != channels:
            raise Refusal(
                f"the kernel has {slices} slices but the input has {channels} channels; give one slice per channel."
            )
        if self.weights.shape[2:] != self.settings.kernel_size:
            raise Refusal(
                f"the kernel has {self.weights.shape[2:]} cells, the settings say {self.settings.kernel_size}."
            )
        self.settings.axes(self.image.shape[1:])

    @cached_property
    def axes(self) -> tuple[Axis, Axis]:
        """Rows and columns."""
        return self.settings.axes(self.image.shape[1:])

    @cached_property
    def applied(self) -> Array:
        """The weights as they lie on the image: turned by half a turn for true convolution."""
        return self.weights[:, :, ::-1, ::-1] if self.settings.flip else self.weights

    @cached_property
    def padded(self) -> Array:
        """The image with its frame of zeros, (c_in, H + 2 padding, W + 2 padding)."""
        rows, columns = self.settings.padding
        return np.pad(self.image, ((0, 0), (rows, rows), (columns, columns)))

    @cached_property
    def windows(self) -> Array:
        """What the kernel sees at each stop, (c_in, H', W', kernel rows, kernel columns)."""
        rows, columns = self.axes
        windows = sliding_window_view(self.padded, (rows.span, columns.span), axis=(1, 2))
        return windows[:, :: rows.stride, :: columns.stride, :: rows.dilation, :: columns.dilation]

    @cached_property
    def output(self) -> Array:
        """Sum of window times kernel over channels and cells, plus the bias, (c_out, H', W')."""
        return np.einsum("chwij,ocij->ohw", self.windows, self.applied) + self.bias[:, None, None]

    def cell(self, row: int, column: int, channel: int = 0) -> CellArithmetic:
        """Every product of one output cell, channel by channel, row by row."""
        values, weights = self.windows[:, row, column], self.applied[channel]
        rows, columns = (axis.sources[axis.taps[i]] for axis, i in zip(self.axes, (row, column), strict=True))
        terms = (
            Term(c, int(rows[i]), int(columns[j]), float(values[c, i, j]), float(weights[c, i, j]))
            for c, i, j in np.ndindex(values.shape)
        )
        return CellArithmetic(tuple(terms), float(self.bias[channel]))


def convolve(image: Array, weights: Array, bias: Array | None = None, **settings: Pair | bool) -> Array:
    """The output alone, (c_out, H', W'); settings as in ConvolutionSettings, kernel_size left out."""
    bias = np.zeros(len(weights)) if bias is None else bias
    kernel_size = (weights.shape[2], weights.shape[3])
    return Convolution(image, weights, bias, ConvolutionSettings(kernel_size, **settings)).output  # type: ignore[arg-type]
