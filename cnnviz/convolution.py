"""What a convolution or a pooling does: which settings fit, and what comes out.

Arrays are in torch's order: image (c_in, H, W), weights (c_out, c_in / groups, kernel rows, kernel columns),
output (c_out, H', W'). Pairs are (rows, columns). Rows and columns are counted from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import gcd
from typing import Any

import numpy as np

from cnnviz.axis import NOTHING, Axis, TransposedAxis
from cnnviz.records import Array
from cnnviz.settings import Range, Refusal, quoted

Pair = tuple[int, int]
AXES = ("rows", "columns")
LIMITS: Mapping[str, Range] = {
    "kernel_size": Range(1, 7),
    "stride": Range(1, 4),
    "padding": Range(0, 6),
    "dilation": Range(1, 3),
    "output_padding": Range(0, 3),
}
"""What the sandbox offers on each axis, in cells."""
MOST_CHANNELS = {"in": 3, "out": 4}
OPERATIONS: Mapping[str, str] = {
    "convolution": "Convolution",
    "transposed": "Transposed convolution",
    "max_pool": "Max pooling",
    "average_pool": "Average pooling",
}
POOLING = ("max_pool", "average_pool")
PADDINGS: Mapping[str, str] = {
    "valid": "No padding: the kernel stays inside.",
    "same": "Padding k - 1 in all: at stride 1 the size stays.",
    "full": "Padding k - 1 on both sides: every overlap counts.",
}
PADDING_MODES: Mapping[str, str] = {
    "zeros": "Zeros",
    "reflect": "Reflect",
    "replicate": "Replicate",
    "circular": "Circular",
}
ACTIVATIONS: Mapping[str, str] = {"none": "None", "relu": "ReLU"}


class Misfit(Refusal):
    """Settings that were asked for and do not fit their input; `remedy` are the nearest that do."""

    def __init__(self, message: str, asked: ConvolutionSettings, remedy: ConvolutionSettings) -> None:
        super().__init__(message)
        self.asked, self.remedy = asked, remedy


@dataclass(frozen=True)
class ConvolutionSettings:
    """How the kernel, or the window of a pooling, moves; pairs are (rows, columns)."""

    kernel_size: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair | str = (0, 0)  # on each of the two sides; or a name of PADDINGS
    dilation: Pair = (1, 1)
    operation: str = "convolution"
    padding_mode: str = "zeros"  # of a convolution
    output_padding: Pair = (0, 0)  # of a transposed convolution
    groups: int = 1
    flip: bool = False  # true convolution: the kernel turned by half a turn
    ceil_mode: bool = False  # of a pooling
    count_include_pad: bool = True  # of an average pooling: whether zeros of the padding count
    activation: str = "none"

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            if name != "padding" or not isinstance(self.padding, str):
                for axis, value in zip(AXES, getattr(self, name), strict=True):
                    limits.check(f"{name.replace('_', ' ')} ({axis})", value)
        Range(1, MOST_CHANNELS["in"]).check("groups", self.groups)
        _among("operation", self.operation, OPERATIONS)
        _among("padding mode", self.padding_mode, PADDING_MODES)
        _among("activation", self.activation, ACTIVATIONS)
        if isinstance(self.padding, str):
            _among("padding", self.padding, PADDINGS)
        for name in self.meaningless:
            raise Refusal(f"{OPERATIONS[self.operation].lower()} has no {name.replace('_', ' ')}; leave it out.")

    @property
    def pooling(self) -> bool:
        """Whether there are no weights."""
        return self.operation in POOLING

    @property
    def meaningless(self) -> list[str]:
        """Settings that the operation does not have but that are not at their default."""
        has = {
            "convolution": {"padding_mode", "groups", "flip", "dilation", "activation", "named padding"},
            "transposed": {"output_padding", "groups", "flip", "dilation", "activation"},
            "max_pool": {"ceil_mode", "dilation"},
            "average_pool": {"ceil_mode", "count_include_pad"},
        }[self.operation]
        given = {
            "padding_mode": self.padding_mode != "zeros",
            "output_padding": self.output_padding != (0, 0),
            "groups": self.groups != 1,
            "flip": self.flip,
            "dilation": self.dilation != (1, 1),
            "activation": self.activation != "none",
            "ceil_mode": self.ceil_mode,
            "count_include_pad": not self.count_include_pad,
            "named padding": isinstance(self.padding, str),
        }
        return [name for name, is_given in given.items() if is_given and name not in has]

    @property
    def frame(self) -> tuple[Pair, Pair]:
        """Padding (before, after) on the rows and on the columns; the odd one of "same" comes before."""
        rows, columns = (self._frame(i) for i in range(2))
        return rows, columns

    def _frame(self, i: int) -> Pair:
        if not isinstance(self.padding, str):
            return self.padding[i], self.padding[i]
        reach = self.dilation[i] * (self.kernel_size[i] - 1)
        return {"valid": (0, 0), "same": (reach - reach // 2, reach // 2), "full": (reach, reach)}[self.padding]

    def axes(self, image_size: Pair) -> tuple[Axis, Axis]:
        """The same settings seen along the rows and along the columns of an image.

        Raises:
            Misfit: they do not fit the image.
        """
        rows, columns = (self._axis(i, length) for i, length in enumerate(image_size))
        for name, axis in zip(AXES, (rows, columns), strict=True):
            problem = axis.problem(name)
            if problem:
                raise Misfit(problem, self, self.fitted(image_size))
        return rows, columns

    def fitted(self, image_size: Pair) -> ConvolutionSettings:
        """The nearest settings that fit: legal padding, more of it where that is enough, else a smaller kernel."""
        settings = self
        while True:
            ill = next((i for i in range(2) if settings._axis(i, image_size[i]).problem(AXES[i])), None)
            if ill is None:
                return settings
            settings = settings._mended(ill, settings._axis(ill, image_size[ill]))

    def _mended(self, i: int, axis: Axis) -> ConvolutionSettings:
        """One step towards settings that fit on axis i."""
        if isinstance(axis, TransposedAxis):
            if axis.output_padding > axis.most_output_padding:
                return replace(self, output_padding=changed(self.output_padding, i, axis.most_output_padding))
            return self._padded(i, axis.padding_allowed)
        if axis.overpadded:
            if isinstance(self.padding, str):
                return replace(self, padding_mode="zeros")
            return self._padded(i, int(axis.largest_padding or 0))
        most = int(LIMITS["padding"].high)
        if axis.padding_needed <= min(most, most if axis.largest_padding is None else axis.largest_padding):
            return self._padded(i, axis.padding_needed)
        return replace(self, kernel_size=changed(self.kernel_size, i, axis.largest_kernel))

    def _padded(self, i: int, padding: int) -> ConvolutionSettings:
        old = (0, 0) if isinstance(self.padding, str) else self.padding
        return replace(self, padding=changed(old, i, padding))

    def _axis(self, i: int, length: int) -> Axis:
        before, after = self._frame(i)
        common = (length, self.kernel_size[i], self.stride[i], before, after, self.dilation[i])
        if self.operation == "transposed":
            return TransposedAxis(*common, output_padding=self.output_padding[i])
        return Axis(*common, padding_mode=self.padding_mode, ceil_mode=self.ceil_mode, pooling=self.pooling)


def _among(name: str, value: str, options: Mapping[str, str]) -> None:
    if value not in options:
        raise Refusal(f"{name} must be one of {', '.join(options)}; it is {quoted(value)}.")


def changed(pair: Pair, i: int, value: int) -> Pair:
    """The pair with its i-th number replaced."""
    return (value, pair[1]) if i == 0 else (pair[0], value)


def legal_groups(c_in: int, c_out: int) -> list[int]:
    """Numbers of groups that divide both."""
    return [groups for groups in range(1, c_in + 1) if gcd(c_in, c_out) % groups == 0]


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


def counted(number: int, word: str) -> str:
    """ "1 slice", "2 slices"."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def convolve(image: Array, weights: Array, bias: Array | None = None, **settings: Any) -> Array:
    """The output of a convolution alone, (c_out, H', W'); settings as in ConvolutionSettings, kernel_size left out."""
    kernel_size = (weights.shape[2], weights.shape[3])
    return Operation(image, ConvolutionSettings(kernel_size, **settings), weights, bias).output
