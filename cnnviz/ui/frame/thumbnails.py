"""Sheets of small test images."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.arrays import Array
from cnnviz.datasets.records import ImageData
from cnnviz.ui.components.shared.sprites import Images


def thumbnails(data: ImageData, chosen: Sequence[int] | Array, lines: Sequence[str]) -> Images:
    """The sheet of these test images, each with a line of text."""
    return Images.of(data.test_images[chosen], lines)
