"""Matrices as text that a learner can type and an address can carry: `1 0 -1; 2 0 -2`.

Channels are separated by `|`, the kernels of several output channels by `||`.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.numerals import no_number
from cnnviz.convolution.tables import Channels, read_table
from cnnviz.language import mark, sentence
from cnnviz.refusal import Refusal, quoted

MATRIX, KERNEL, INPUT = mark("matrix"), mark("kernel"), mark("input")
LARGEST_SIDE = 32  # cells
LARGEST_VALUE = 1e6
LARGEST_CHANNELS = 3
LARGEST_KERNEL = 7  # cells
MOST_KERNELS = 4
LONGEST_TEXT = 20_000  # characters
_DENOMINATOR = 1024


def parse_matrix(text: str, name: str = MATRIX, largest_side: int = LARGEST_SIDE) -> Array:
    """Matrix of a text, (C, H, W), as it is typed here or pasted from elsewhere.

    Args:
        text: to be read.
        name: of the matrix in a refusal, a template.
        largest_side: rows or columns, at most.

    Raises:
        Refusal: the text is no rectangular matrix of numbers, or too large.
    """
    found = _tables(text, name)
    if len(found) > 1:
        raise Refusal(
            "the {name} is {count} tables; write one, whose channels are divided by |.",
            name=sentence(name),
            count=len(found),
        )
    return _matrix(found[0], name, largest_side)


def parse_kernels(text: str) -> Array:
    """Weights of a text, (c_out, slices, rows, columns).

    Raises:
        Refusal: a kernel is no rectangular matrix of numbers, or they are too large, too many, or of different sizes.
    """
    found = _tables(text, KERNEL)
    if len(found) > MOST_KERNELS:
        raise Refusal(
            "there are {kernels} kernels; the limit is {limit} output channels.",
            kernels=len(found),
            limit=MOST_KERNELS,
        )
    kernels = [_matrix(channels, KERNEL, LARGEST_KERNEL) for channels in found]
    if len({kernel.shape for kernel in kernels}) > 1:
        raise Refusal("the kernels of the output channels differ in size; give all of them the same.")
    return np.array(kernels)


def format_kernels(weights: Array) -> str:
    """Text of weights (c_out, slices, rows, columns), which parses to exactly the same numbers."""
    return " || ".join(map(format_matrix, weights))


def _tables(text: str, name: str) -> list[Channels]:
    if len(text) > LONGEST_TEXT:
        raise _too_long(text, name)
    return read_table(text, name)


def _matrix(tables: Channels, name: str, largest_side: int) -> Array:
    """Channels of rows of cells as numbers, (C, H, W)."""
    channels = [_parse_rows(rows, name) for rows in tables]
    shapes = {(len(rows), len(rows[0])) for rows in channels}
    if len(shapes) > 1:
        raise Refusal(
            "the channels of the {name} differ in size; give all of them the same rows and columns.",
            name=sentence(name),
        )
    ((height, width),) = shapes
    if max(height, width) > largest_side or len(channels) > LARGEST_CHANNELS:
        raise Refusal(
            "the {name} is {channels} x {height} x {width}; the limit is {most} channels of {side} x {side}.",
            name=sentence(name),
            channels=len(channels),
            height=height,
            width=width,
            most=LARGEST_CHANNELS,
            side=largest_side,
        )
    return np.array(channels, dtype=float)


def _parse_rows(cells: list[list[str]], name: str) -> list[list[float]]:
    rows = [[_parse_number(cell, name) for cell in row] for row in cells]
    lengths = {len(row) for row in rows} or {0}
    if lengths == {0}:
        raise Refusal("the {name} is empty; write rows like 1 0 -1; 2 0 -2.", name=sentence(name))
    if len(lengths) > 1:
        raise Refusal(
            "the rows of the {name} have {shortest} to {longest} numbers; give all of them the same.",
            name=sentence(name),
            shortest=min(lengths),
            longest=max(lengths),
        )
    return rows


def _parse_number(cell: str, name: str) -> float:
    try:
        if not re.fullmatch(r"[-+0-9./eE]{1,64}", cell, re.ASCII):
            raise ValueError
        above, _, below = cell.partition("/")
        value = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        raise no_number(cell, name) from None
    if not math.isfinite(value) or abs(value) > LARGEST_VALUE:
        raise Refusal(
            "the {name} has {cell}; numbers go from -{limit:,.0f} to {limit:,.0f}.",
            name=sentence(name),
            cell=quoted(cell),
            limit=LARGEST_VALUE,
        )
    return value


def _too_long(text: str, name: str) -> Refusal:
    return Refusal(
        "the {name} has {length:,} characters; the limit is {limit:,}.",
        name=sentence(name),
        length=len(text),
        limit=LONGEST_TEXT,
    )


def format_matrix(matrix: Array) -> str:
    """Text of a matrix (C, H, W), which parses to exactly the same numbers."""
    channels = ("; ".join(" ".join(map(format_number, row)) for row in channel) for channel in matrix)
    return " | ".join(channels)


def format_number(value: float) -> str:
    """Shortest text of a number: 3, 0.5, 1/9."""
    fraction = Fraction(float(value)).limit_denominator(_DENOMINATOR)
    shortest = repr(float(value)).removesuffix(".0")
    written = str(fraction)
    return written if float(fraction) == value and len(written) < len(shortest) else shortest


def resize_matrix(matrix: Array, rows: int, columns: int) -> Array:
    """Matrix (C, H, W) cropped, or padded with zeros, at its right and bottom."""
    resized = np.zeros((len(matrix), rows, columns))
    kept = matrix[:, :rows, :columns]
    resized[:, : kept.shape[1], : kept.shape[2]] = kept
    return resized


def with_slices(weights: Array, slices: int) -> Array:
    """Weights with `slices` slices per kernel: the last ones dropped, or the first ones repeated."""
    return np.concatenate([weights] * -(-slices // weights.shape[1]), axis=1)[:, :slices]


def with_kernels(weights: Array, count: int) -> Array:
    """Weights of `count` output channels: the last ones dropped, or the last one repeated, rotated each time."""
    kernels = list(weights[:count])
    square = weights.shape[2] == weights.shape[3]
    while len(kernels) < count:
        kernels.append(np.rot90(kernels[-1], axes=(1, 2)) if square else kernels[-1][:, ::-1, ::-1])
    return np.array(kernels)


def random_matrix(rows: int, columns: int, seed: int, *, channels: int = 1, low: int = 0, high: int = 9) -> Array:
    """Random integers from low to high, both included, (channels, rows, columns)."""
    return np.random.default_rng(seed).integers(low, high + 1, (channels, rows, columns)).astype(float)


def image_from_pixels(pixels: Array) -> Array:
    """Image (C, H, W) in 0..1 of pixels (H, W) or (C, H, W) in 0..255."""
    return np.atleast_3d(pixels.T).T.astype(float) / 255
