"""Sprite sheets: many small images as one picture, with a line of text for each."""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from cnnviz.arrays import Array
from cnnviz.figures.theme import image_palette
from cnnviz.ui.components.shared.static import serve


@dataclass(frozen=True)
class Images:
    """Images in one sheet of tiles, row by row, the row id counting from 0."""

    url: str  # of a PNG, relative to the app
    tile: int  # side of a tile, pixels
    columns: int
    lines: Sequence[str]  # one line of text per row id

    @classmethod
    def of(cls, images: Array, lines: Sequence[str], *, columns: int = 50) -> Images:
        """The sheet of square images.

        Args:
            images: (N, side, side) uint8; 0 is drawn white, 255 black, as every image.
            lines: N texts.
            columns: tiles per row of the sheet.
        """
        count, side, _ = images.shape
        rows = -(-count // columns)
        sheet = np.zeros((rows * columns, side, side), np.uint8)
        sheet[:count] = images
        sheet = sheet.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, columns * side)
        return cls(serve(_png(sheet), ".png"), side, columns, [str(line) for line in lines])

    @functools.cached_property
    def served(self) -> dict[str, Any]:
        """As the browser reads them: the addresses of the picture and of the lines."""
        lines = serve(json.dumps(self.lines, ensure_ascii=False).encode(), ".json")
        return {"url": self.url, "columns": self.columns, "lines": lines}


def _png(pixels: Array) -> bytes:
    """A picture, (H, W) uint8, as a file whose palette is the scale of images."""
    buffer = io.BytesIO()
    picture = Image.fromarray(pixels)
    picture.putpalette(image_palette())
    picture.save(buffer, "PNG")
    return buffer.getvalue()
