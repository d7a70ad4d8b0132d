"""Named kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.arrays import Array
from cnnviz.convolution.matrices import KERNEL, parse_matrix
from cnnviz.language import mark


@dataclass(frozen=True)
class KernelSpec:
    """A kernel, and the one sentence to learn from it."""

    label: str  # a template, as `description`
    text: str  # as `parse_matrix` reads it
    description: str

    @property
    def cells(self) -> Array:
        """(1, rows, columns)."""
        return parse_matrix(self.text, KERNEL)


KERNELS: Mapping[str, KernelSpec] = {
    "identity": KernelSpec(
        mark("Identity"), "0 0 0; 0 1 0; 0 0 0", mark("A single 1 in the middle copies the cell under it.")
    ),
    "single": KernelSpec(
        mark("Single 1x1"), "1", mark("One weight: every cell times that number, with no look at its neighbours.")
    ),
    "edges_vertical": KernelSpec(
        mark("Vertical edges [1, -1]"),
        "1 -1",
        mark("A cell minus its right neighbour: zero where nothing changes along a row."),
    ),
    "edges_horizontal": KernelSpec(
        mark("Horizontal edges"), "1; -1", mark("A cell minus the one below: zero where nothing changes down a column.")
    ),
    "sobel_x": KernelSpec(
        mark("Sobel x"),
        "-1 0 1; -2 0 2; -1 0 1",
        mark("The right column minus the left one, smoothed downwards: vertical edges, less noise."),
    ),
    "sobel_y": KernelSpec(
        mark("Sobel y"),
        "-1 -2 -1; 0 0 0; 1 2 1",
        mark("The row below minus the one above, smoothed sideways: horizontal edges, less noise."),
    ),
    "laplacian": KernelSpec(
        mark("Laplacian"),
        "0 1 0; 1 -4 1; 0 1 0",
        mark("Four neighbours minus four times the middle: edges in every direction."),
    ),
    "sharpen": KernelSpec(
        mark("Sharpen"), "0 -1 0; -1 5 -1; 0 -1 0", mark("The image minus its Laplacian: differences grow.")
    ),
    "box": KernelSpec(mark("Box blur"), "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", mark("The mean of nine cells blurs.")),
    "gaussian": KernelSpec(
        mark("Gaussian blur"),
        "1/16 1/8 1/16; 1/8 1/4 1/8; 1/16 1/8 1/16",
        mark("A mean in which near cells count more."),
    ),
    "emboss": KernelSpec(
        mark("Emboss"),
        "-2 -1 0; -1 1 1; 0 1 2",
        mark("What lies right and below is added, what lies left and above subtracted: slopes look like relief."),
    ),
    "gaussian_5": KernelSpec(
        mark("Gaussian blur 5x5"),
        "1/256 1/64 3/128 1/64 1/256; 1/64 1/16 3/32 1/16 1/64; 3/128 3/32 9/64 3/32 3/128; "
        "1/64 1/16 3/32 1/16 1/64; 1/256 1/64 3/128 1/64 1/256",
        mark("The same over a wider window: stronger blur, 25 weights."),
    ),
    "example_a": KernelSpec(
        mark("Example 0 1 2"), "0 1 2; 2 2 0; 0 1 2", mark("Any numbers make a kernel; training finds useful ones.")
    ),
    "one_to_nine": KernelSpec(
        mark("One to nine"), "1 2 3; 4 5 6; 7 8 9", mark("Nine different weights: flip it and the output changes.")
    ),
}
