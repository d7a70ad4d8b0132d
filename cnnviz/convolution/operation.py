"""Convolution, transposed convolution and pooling: windows, channel sums, output.

Arrays are in torch's order: image (c_in, H, W), weights (c_out, c_in / groups, kernel rows, kernel columns),
output (c_out, H', W'). Pairs are (rows, columns). Rows and columns are counted from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.axis import NOTHING, Axis
from cnnviz.convolution.settings import ConvolutionSettings, Misfit, Pair, legal_groups
from cnnviz.language import counted, mark, one_of
from cnnviz.refusal import Refusal


@dataclass(frozen=True, eq=False)
class Operation:
    """A convolution or pooling of one image.

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
            raise Refusal(mark("a pooling has no weights.") if s.pooling else mark("a convolution needs weights."))
        if self.weights is not None:
            if self.weights.shape[2:] != s.kernel_size:
                raise Refusal(
                    "the kernel has {found} cells, the settings say {kernel_size}.",
                    found=str(self.weights.shape[2:]),
                    kernel_size=str(s.kernel_size),
                )
            self._check_channels(channels, *self.weights.shape[:2])
        s.axes(self.image_size)

    def _check_channels(self, c_in: int, c_out: int, slices: int) -> None:
        s, legal = self.settings, legal_groups(c_in, c_out)
        if s.groups not in legal:
            nearest = min(legal, key=lambda groups: abs(groups - s.groups))
            raise Misfit(
                "groups {groups} must divide the {c_in} input and the {c_out} output channels; use {legal}.",
                s,
                replace(s, groups=nearest).fitted(self.image_size),
                groups=s.groups,
                c_in=c_in,
                c_out=c_out,
                legal=one_of(legal),
            )
        if slices * s.groups != c_in:
            raise Misfit(
                "each kernel has {slices} but reads {channels}; give one slice per channel.",
                s,
                s.fitted(self.image_size),
                slices=counted("{count} slice", "{count} slices", slices),
                channels=counted("{count} channel", "{count} channels", c_in // s.groups),
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
    def is_cut(self) -> bool:
        """Whether windows reach beyond the padded input: those of a pooling whose size is rounded up."""
        return self.settings.ceil_mode and any((axis.taps == NOTHING).any() for axis in self.axes)

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
        """Weights as they are applied: rotated by 180 degrees for true convolution."""
        if self.weights is None or not self.settings.flip:
            return self.weights
        return self.weights[:, :, ::-1, ::-1]

    @cached_property
    def biases(self) -> Array:
        """(c_out,)."""
        return np.zeros(self.c_out) if self.bias is None else self.bias

    @property
    def blank(self) -> float:
        """Value of the padding: minus infinity in a max pooling, so that it never wins, else zero."""
        return -np.inf if self.settings.operation == "max_pool" else 0.0

    @cached_property
    def padded(self) -> Array:
        """Padded image, (c_in, rows, columns)."""
        rows, columns = (axis.sources for axis in self.axes)
        image = self.image.astype(float)[:, rows[:, None], columns]
        image[:, (rows == NOTHING)[:, None] | (columns == NOTHING)] = self.blank
        return image

    @cached_property
    def windows(self) -> Array:
        """Windows of the padded image, one for each output cell, (c_in, H', W', kernel rows, kernel columns)."""
        extended = np.pad(self.padded, ((0, 0), (0, 1), (0, 1)), constant_values=self.blank)  # NOTHING, -1, is the last
        rows, columns = (axis.taps for axis in self.axes)
        return extended[:, rows[:, None, :, None], columns[None, :, None, :]]

    @cached_property
    def channel_sums(self) -> Array:
        """Sums of products per input channel, (c_out, c_in / groups, H', W'); sums of windows in a pooling."""
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
        """Divisor of each window's sum in an average pooling, (H', W')."""
        include = self.settings.count_include_pad
        rows, columns = (axis.counts if include else axis.inside_counts for axis in self.axes)
        return np.multiply.outer(rows, columns)

    @cached_property
    def sums(self) -> Array:
        """Output before the activation, (c_out, H', W')."""
        if self.settings.operation == "max_pool":
            return self.windows.max((-1, -2))
        if self.settings.operation == "average_pool":
            return self.channel_sums[:, 0] / self.divisor
        return self.channel_sums.sum(1) + self.biases[:, None, None]

    @cached_property
    def output(self) -> Array:
        """Output, (c_out, H', W')."""
        return self.sums.clip(0) if self.settings.activation == "relu" else self.sums

    @cached_property
    def uses(self) -> Array:
        """Number of output cells of one map that read each cell of the padded input, (rows, columns)."""
        rows, columns = (axis.uses for axis in self.axes)
        return np.multiply.outer(rows, columns)


def convolve(image: Array, weights: Array, bias: Array | None = None, **settings: Any) -> Array:
    """The output of a convolution alone, (c_out, H', W'); settings as in ConvolutionSettings, kernel_size left out."""
    kernel_size = (weights.shape[2], weights.shape[3])
    return Operation(image, ConvolutionSettings(kernel_size, **settings), weights, bias).output
