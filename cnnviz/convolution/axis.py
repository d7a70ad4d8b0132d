"""One direction, rows or columns, of a layer that slides over its input: where it stops, and what it reads there.

Lengths in cells; positions count the cells of the padded input from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.arrays import Array
from cnnviz.language import Sentence, mark, sentence

NOTHING = -1
"""Stands for "no cell" where a position or a row of the input is asked for."""
_CIRCULAR, _REFLECT, _REPLICATE = "circular", "reflect", "replicate"
TOO_LARGE: Mapping[tuple[bool, bool], str] = {
    (False, True): mark(
        "kernel {kernel_size} spans {span} {axis} but the padded input has {padded}; "
        "use padding >= {padding} or a kernel of at most {most}."
    ),
    (False, False): mark(
        "kernel {kernel_size} spans {span} {axis} but the padded input has {padded}; use a kernel of at most {most}."
    ),
    (True, True): mark(
        "kernel {kernel_size} with dilation {dilation} spans {span} {axis} but the padded input has {padded}; "
        "use padding >= {padding} or a kernel of at most {most}."
    ),
    (True, False): mark(
        "kernel {kernel_size} with dilation {dilation} spans {span} {axis} but the padded input has {padded}; "
        "use a kernel of at most {most}."
    ),
}
"""What is said of a kernel that spans more than the padded input: by whether it is dilated, and padding may help."""


@dataclass(frozen=True)
class Axis:
    """A convolution or a pooling along one direction."""

    length: int
    kernel_size: int
    stride: int = 1
    before: int = 0  # cells of the frame before the input
    after: int = 0  # and after it
    dilation: int = 1
    padding_mode: str = "zeros"  # what the frame is filled with
    ceil_mode: bool = False  # a last window that only begins on the input counts too
    pooling: bool = False

    @property
    def span(self) -> int:
        """Cells from the first to the last cell that the kernel touches."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def padded(self) -> int:
        """Cells of the padded input."""
        return self.length + self.before + self.after

    @property
    def output(self) -> int:
        """Places where the kernel stops.

        Source: floor((n + 2p - d(k - 1) - 1) / s) + 1, as torch.nn.Conv2d; with ceil_mode as torch.nn.MaxPool2d.
        """
        room = self.padded - self.span
        if not self.ceil_mode:
            return room // self.stride + 1
        output = -(-room // self.stride) + 1
        begins_outside = (output - 1) * self.stride >= self.length + self.before
        return output - begins_outside

    @property
    def taps(self) -> Array:
        """Position that each output cell reads for each cell of the kernel, or NOTHING, (output, kernel_size)."""
        taps = self.stride * np.arange(self.output)[:, None] + self.dilation * np.arange(self.kernel_size)
        return np.where(taps < self.padded, taps, NOTHING)

    @property
    def sources(self) -> Array:
        """Row or column of the input whose value stands at each position, NOTHING for a zero, (padded,)."""
        place = np.arange(self.padded) - self.before
        if self.padding_mode == _REPLICATE:
            return place.clip(0, self.length - 1)
        if self.padding_mode == _CIRCULAR:
            return place % self.length
        if self.padding_mode == _REFLECT:
            return self.length - 1 - np.abs(self.length - 1 - np.abs(place))
        return np.where(self.frame, NOTHING, place)

    @property
    def frame(self) -> Array:
        """Which positions lie in the padding, (padded,) bool."""
        place = np.arange(self.padded) - self.before
        return (place < 0) | (place >= self.length)

    @property
    def unused(self) -> Array:
        """Positions after the last window: the remainder that the division rounds away."""
        return np.arange(self.taps.max() + 1, self.padded)

    @property
    def uses(self) -> Array:
        """How many output cells read each position, (padded,)."""
        taps = self.taps
        return np.bincount(taps[taps != NOTHING], minlength=self.padded)

    @property
    def counts(self) -> Array:
        """How many cells each window really holds, frame included, (output,)."""
        return (self.taps != NOTHING).sum(axis=1)

    @property
    def inside_counts(self) -> Array:
        """How many cells of the input each window holds, frame left out, (output,)."""
        taps = self.taps
        return ((taps != NOTHING) & ~self.frame[taps]).sum(axis=1)

    @property
    def overhang(self) -> int:
        """Cells by which a window may reach beyond the padded input."""
        return self.stride - 1 if self.ceil_mode else 0

    @property
    def padding_needed(self) -> int:
        """Smallest padding with which the kernel fits: half of what the input lacks, rounded up."""
        return max(0, (self.span - self.overhang - self.length + 1) // 2)

    @property
    def largest_kernel(self) -> int:
        """Largest kernel that fits the input as it is padded now."""
        return (self.padded + self.overhang - 1) // self.dilation + 1

    @property
    def largest_padding(self) -> int | None:
        """The largest padding that is defined, None without a limit."""
        if self.pooling:
            return self.kernel_size // 2  # torch's limit; a dilated window spans more
        return {_REFLECT: self.length - 1, _CIRCULAR: self.length}.get(self.padding_mode)

    @property
    def overpadded(self) -> bool:
        """Whether there is more padding than is defined."""
        return self.largest_padding is not None and max(self.before, self.after) > self.largest_padding

    def problem(self, name: str) -> Sentence | None:
        """The inequality that fails and what would be right, or None; name is "rows" or "columns"."""
        if self.overpadded:
            return self._overpadded(name)
        if self.output < 1:
            return self._too_large(name)
        return None

    def _overpadded(self, name: str) -> Sentence:
        if self.pooling:
            template = mark(
                "padding {padding} is more than half of the window's {kernel_size} {axis}; use padding <= {most}."
            )
        elif self.padding_mode == _REFLECT:
            template = mark(
                "reflect padding copies from the input: padding {padding} needs > {padding} {axis}, "
                "the input has {length}; use padding <= {most}."
            )
        else:
            template = mark(
                "circular padding copies from the input: padding {padding} needs >= {padding} {axis}, "
                "the input has {length}; use padding <= {most}."
            )
        padding = max(self.before, self.after)
        values = {"kernel_size": self.kernel_size, "length": self.length, "most": self.largest_padding}
        return sentence(template, padding=padding, axis=sentence(name), **values)

    def _too_large(self, name: str) -> Sentence:
        enough = self.largest_padding is None or self.padding_needed <= self.largest_padding
        return sentence(
            TOO_LARGE[self.dilation > 1, enough],
            kernel_size=self.kernel_size,
            dilation=self.dilation,
            span=self.span,
            axis=sentence(name),
            padded=self.padded,
            padding=self.padding_needed,
            most=self.largest_kernel,
        )


@dataclass(frozen=True)
class TransposedAxis(Axis):
    """A transposed convolution along one direction: each input cell lays the kernel onto the output.

    Input cell i meets kernel cell j at output cell i * stride + j * dilation - padding: padding crops the output.
    """

    output_padding: int = 0  # rows or columns added after the output

    @property
    def padded(self) -> int:
        """Cells of the input: nothing is put around it."""
        return self.length

    @property
    def output(self) -> int:
        """Cells of the output, below 1 when all is cropped away.

        Source: (n - 1)s - 2p + d(k - 1) + output padding + 1, as torch.nn.ConvTranspose2d.
        """
        return (self.length - 1) * self.stride - self.before - self.after + self.span + self.output_padding

    @property
    def taps(self) -> Array:
        """Input cell that each output cell reads for each cell of the kernel, or NOTHING, (output, kernel_size)."""
        reach = np.arange(self.output)[:, None] + self.before - self.dilation * np.arange(self.kernel_size)
        place, between = np.divmod(reach, self.stride)
        return np.where((between == 0) & (place >= 0) & (place < self.length), place, NOTHING)

    @property
    def frame(self) -> Array:
        """No position lies in the padding."""
        return np.zeros(self.length, bool)

    @property
    def sources(self) -> Array:
        """Each position is a cell of the input."""
        return np.arange(self.length)

    @property
    def unused(self) -> Array:
        """Input cells whose every product is cropped away."""
        return np.flatnonzero(self.uses == 0)

    @property
    def most_output_padding(self) -> int:
        """Largest output padding that is defined."""
        return max(self.stride, self.dilation) - 1

    @property
    def padding_allowed(self) -> int:
        """Largest padding that leaves an output cell."""
        return ((self.length - 1) * self.stride + self.span + self.output_padding - 1) // 2

    def problem(self, name: str) -> Sentence | None:
        """The inequality that fails and what would be right, or None; name is "rows" or "columns"."""
        if self.output_padding > self.most_output_padding:
            return sentence(
                "output padding {output_padding} must be smaller than the stride or the dilation of the {axis}; "
                "use output padding <= {most}.",
                output_padding=self.output_padding,
                axis=sentence(name),
                most=self.most_output_padding,
            )
        if self.output < 1:
            return sentence(
                "padding {padding} crops everything: {uncropped} {axis} - 2 x {padding} = {output}; "
                "use padding <= {most}.",
                padding=self.before,
                uncropped=self.output + 2 * self.before,
                axis=sentence(name),
                output=self.output,
                most=self.padding_allowed,
            )
        return None
