"""Matrices as text that a learner can type and an address can carry: `1 0 -1; 2 0 -2`, channels separated by `|`."""

from __future__ import annotations

import math
import re
from fractions import Fraction

import numpy as np

from cnnviz.records import Array
from cnnviz.settings import Refusal, quoted

LARGEST_SIDE = 32  # cells
LARGEST_VALUE = 1e6
LARGEST_CHANNELS = 3
LONGEST_TEXT = 20_000  # characters
_DENOMINATOR = 1024


def parse_matrix(text: str, name: str = "matrix", largest_side: int = LARGEST_SIDE) -> Array:
    """Text to numbers, (C, H, W). Commas, brackets and fractions such as 1/9 are understood.

    Raises:
        Refusal: the text is no rectangular matrix of numbers, or too large.
    """
    if len(text) > LONGEST_TEXT:
        raise Refusal(f"the {name} has {len(text):,} characters; the limit is {LONGEST_TEXT:,}.")
    channels = [_parse_rows(part, name) for part in _plain(text).split("|")]
    shapes = {(len(rows), len(rows[0])) for rows in channels}
    if len(shapes) > 1:
        raise Refusal(f"the channels of the {name} differ in size; give all of them the same rows and columns.")
    ((height, width),) = shapes
    if max(height, width) > largest_side or len(channels) > LARGEST_CHANNELS:
        raise Refusal(
            f"the {name} is {len(channels)} x {height} x {width}; "
            f"the limit is {LARGEST_CHANNELS} channels of {largest_side} x {largest_side}."
        )
    return np.array(channels, dtype=float)


def _plain(text: str) -> str:
    """Pasted lists and lines rewritten with spaces and semicolons."""
    text = re.sub(r"\]\s*\]\s*,?\s*\[\s*\[", "|", text.strip())
    text = re.sub(r"\]\s*,?\s*\[|\n", ";", text)
    return re.sub(r"[\[\],\t]", " ", text).strip(" ;|").replace("−", "-")


def _parse_rows(text: str, name: str) -> list[list[float]]:
    rows = [[_parse_number(cell, name) for cell in row.split()] for row in text.strip(" ;").split(";")]
    lengths = {len(row) for row in rows}
    if lengths == {0}:
        raise Refusal(f"the {name} is empty; write rows like 1 0 -1; 2 0 -2.")
    if len(lengths) > 1:
        raise Refusal(
            f"the rows of the {name} have {min(lengths)} to {max(lengths)} numbers; give all of them the same."
        )
    return rows


def _parse_number(cell: str, name: str) -> float:
    try:
        if not re.fullmatch(r"[-+0-9./eE]{1,32}", cell, re.ASCII):
            raise ValueError
        above, _, below = cell.partition("/")
        value = float(above) / float(below or 1)
    except (ValueError, ZeroDivisionError):
        raise Refusal(
            f"the {name} has {quoted(cell)} where a number is needed; write rows like 1 0 -1; 2 0 -2."
        ) from None
    if not math.isfinite(value) or abs(value) > LARGEST_VALUE:
        raise Refusal(f"the {name} has {quoted(cell)}; numbers go from -{LARGEST_VALUE:,.0f} to {LARGEST_VALUE:,.0f}.")
    return value


def format_matrix(matrix: Array) -> str:
    """Numbers (C, H, W) to text that parses to exactly the same numbers."""
    channels = ("; ".join(" ".join(map(format_number, row)) for row in channel) for channel in matrix)
    return " | ".join(channels)


def format_number(value: float) -> str:
    """Shortest text of a number: 3, 0.5, 1/9."""
    fraction = Fraction(float(value)).limit_denominator(_DENOMINATOR)
    shortest = repr(float(value)).removesuffix(".0")
    written = str(fraction)
    return written if float(fraction) == value and len(written) < len(shortest) else shortest


def resize_matrix(matrix: Array, rows: int, columns: int) -> Array:
    """The matrix (C, H, W) cut, or filled with zeros, at its right and bottom."""
    resized = np.zeros((len(matrix), rows, columns))
    kept = matrix[:, :rows, :columns]
    resized[:, : kept.shape[1], : kept.shape[2]] = kept
    return resized


def random_matrix(rows: int, columns: int, seed: int) -> Array:
    """Whole numbers 0..9, the same for the same seed, (1, rows, columns)."""
    return np.random.default_rng(seed).integers(0, 10, (1, rows, columns)).astype(float)


def image_from_pixels(pixels: Array) -> Array:
    """An image (1, H, W) in 0..1 from pixels (H, W) in 0..255."""
    return pixels[None].astype(float) / 255
