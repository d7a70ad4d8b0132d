"""Named kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.arrays import Array
from cnnviz.convolution.matrices import parse_matrix


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
    "single": KernelSpec(
        "Single 1x1", "1", "One weight: the input times a number, each channel mixed into the output."
    ),
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
    "gaussian_5": KernelSpec(
        "Gaussian blur 5x5",
        "1/256 1/64 3/128 1/64 1/256; 1/64 1/16 3/32 1/16 1/64; 3/128 3/32 9/64 3/32 3/128; "
        "1/64 1/16 3/32 1/16 1/64; 1/256 1/64 3/128 1/64 1/256",
        "The same over a wider window: stronger blur, 25 weights.",
    ),
    "example_a": KernelSpec("Example 0 1 2", "0 1 2; 2 2 0; 0 1 2", "Any numbers will do; training finds useful ones."),
    "one_to_nine": KernelSpec(
        "One to nine", "1 2 3; 4 5 6; 7 8 9", "Nine different weights: flip it and the output changes."
    ),
}
