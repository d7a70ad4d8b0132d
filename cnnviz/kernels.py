"""Named kernels, and the worked examples of the lesson."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.convolution import ConvolutionSettings, Pair
from cnnviz.matrices import parse_matrix
from cnnviz.records import Array


@dataclass(frozen=True)
class KernelSpec:
    """A kernel, written as text, and the one sentence to learn from it."""

    label: str
    text: str
    lesson: str

    @property
    def cells(self) -> Array:
        """(1, rows, columns)."""
        return parse_matrix(self.text, "kernel")


KERNELS: Mapping[str, KernelSpec] = {
    "identity": KernelSpec("Identity", "0 0 0; 0 1 0; 0 0 0", "A single 1 in the middle copies the input."),
    "edges_vertical": KernelSpec(
        "Vertical edges [1, -1]", "1 -1", "A cell minus its right neighbour: zero where nothing changes along a row."
    ),
    "edges_horizontal": KernelSpec(
        "Horizontal edges", "1; -1", "A cell minus the one below: zero where nothing changes down a column."
    ),
    "sobel_x": KernelSpec(
        "Sobel x", "-1 0 1; -2 0 2; -1 0 1", "Right minus left, smoothed downwards: vertical edges, less noise."
    ),
    "sobel_y": KernelSpec(
        "Sobel y", "-1 -2 -1; 0 0 0; 1 2 1", "Below minus above, smoothed sideways: horizontal edges, less noise."
    ),
    "laplacian": KernelSpec(
        "Laplacian", "0 1 0; 1 -4 1; 0 1 0", "Four neighbours minus four times the middle: edges in every direction."
    ),
    "sharpen": KernelSpec("Sharpen", "0 -1 0; -1 5 -1; 0 -1 0", "The image minus its Laplacian: differences grow."),
    "box": KernelSpec("Box blur", "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", "The mean of nine cells blurs."),
    "gaussian": KernelSpec(
        "Gaussian blur", "1/16 1/8 1/16; 1/8 1/4 1/8; 1/16 1/8 1/16", "A mean in which near cells count more."
    ),
    "emboss": KernelSpec("Emboss", "-2 -1 0; -1 1 1; 0 1 2", "Light from one corner: slopes look raised or sunken."),
    "example_a": KernelSpec("Example 0 1 2", "0 1 2; 2 2 0; 0 1 2", "Any numbers will do; training finds useful ones."),
    "one_to_nine": KernelSpec(
        "One to nine", "1 2 3; 4 5 6; 7 8 9", "Nine different weights: flip it and the output changes."
    ),
}


@dataclass(frozen=True)
class Preset:
    """A worked example: input and kernel as text, how the kernel moves, and what to see in it."""

    label: str
    lesson: str
    matrix: str
    kernel: str
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)
    flip: bool = False
    bias: float = 0.0

    @property
    def image(self) -> Array:
        """(C, H, W)."""
        return parse_matrix(self.matrix, "input")

    @property
    def cells(self) -> Array:
        """The kernel, (C, rows, columns)."""
        return parse_matrix(self.kernel, "kernel")

    @property
    def settings(self) -> ConvolutionSettings:
        """How the kernel moves."""
        _, rows, columns = self.cells.shape
        return ConvolutionSettings((rows, columns), self.stride, self.padding, self.dilation, self.flip)


def _ramp(rows: int, columns: int) -> str:
    """Diagonal stripes of 0..9, so that every place looks different from its neighbours."""
    return "; ".join(" ".join(str((3 * r + 2 * c) % 10) for c in range(columns)) for r in range(rows))


_PLAIN = "3 3 2 1 0; 0 0 1 3 1; 3 1 2 2 3; 2 0 0 2 2; 2 0 0 0 1"
_FIVE = "3 4 6 5 7; 2 4 6 8 2; 1 6 7 8 4; 9 7 4 6 2; 3 7 5 4 1"
_BARS = "; ".join(["1 1 0 0 0 0 1 1"] * 6)
_BARS_TURNED = "; ".join(["1 1 1 1 1 1"] * 2 + ["0 0 0 0 0 0"] * 4 + ["1 1 1 1 1 1"] * 2)
_NINE = KERNELS["one_to_nine"].text

PRESETS: Mapping[str, Preset] = {
    "plain": Preset(
        "Plain", "The window slides row by row; each stop gives one number.", _PLAIN, KERNELS["example_a"].text
    ),
    "padding": Preset(
        "Padding keeps the size",
        "A frame of zeros lets the kernel stop at the corners too: 5x5 stays 5x5.",
        _FIVE,
        _NINE,
        padding=(1, 1),
    ),
    "stride": Preset("Stride", "The kernel moves two cells at a time: 5x5 gives 2x2.", _FIVE, _NINE, stride=(2, 2)),
    "edges": Preset(
        "Vertical edges", "Output is 1 where light turns dark, -1 where dark turns light, else 0.", _BARS, "1 -1"
    ),
    "edges_turned": Preset(
        "Vertical edges, image turned",
        "The same kernel sees nothing: along each row nothing changes.",
        _BARS_TURNED,
        "1 -1",
    ),
    "channels": Preset(
        "Two input channels",
        "Each channel has its own slice of the kernel; the results are added.",
        "0 1 2; 3 4 5; 6 7 8 | 1 2 3; 4 5 6; 7 8 9",
        "0 1; 2 3 | 1 2; 3 4",
    ),
    "unequal_kernel": Preset(
        "Kernel 5x3",
        "Rows and columns are separate: a 5x3 kernel needs padding (2, 1) to keep 8x8.",
        _ramp(8, 8),
        "0 1 0; 0 1 0; 1 1 1; 0 1 0; 0 1 0",
        padding=(2, 1),
    ),
    "halving": Preset(
        "Halving",
        "Padding 1 and stride 2 halve each side: 8x8 gives 4x4.",
        _ramp(8, 8),
        KERNELS["sobel_x"].text,
        stride=(2, 2),
        padding=(1, 1),
    ),
    "unequal_all": Preset(
        "Everything unequal",
        "Kernel 3x5, padding (0, 1), stride (3, 4): 8x8 gives 2x2.",
        _ramp(8, 8),
        "1 0 0 0 -1; 1 0 0 0 -1; 1 0 0 0 -1",
        stride=(3, 4),
        padding=(0, 1),
    ),
    "mistake": Preset(
        "Find the mistake",
        "A tutorial says: 3x3 on 6x6, stride 1, no padding gives 2x2. Count: it gives 4x4.",
        _ramp(6, 6),
        KERNELS["box"].text,
    ),
    "flip": Preset(
        "True convolution",
        "Flipped, the kernel stamps itself on a single 1; unflipped, its mirror image appears.",
        "0 0 0 0 0; 0 0 0 0 0; 0 0 1 0 0; 0 0 0 0 0; 0 0 0 0 0",
        _NINE,
        flip=True,
    ),
    "dilation": Preset(
        "Dilation", "A 3x3 kernel with gaps spans 5x5 with nine weights.", _ramp(7, 7), _NINE, dilation=(2, 2)
    ),
}
