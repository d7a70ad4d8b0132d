"""Rows of small maps: the layers of a network, or its kernels. Pointing at a pixel tells its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.arrays import Array
from cnnviz.ui.components.shared.arrays import packed
from cnnviz.ui.components.shared.mount import component

_mount = component("feature_maps")


@dataclass(frozen=True)
class Row:
    """One layer.

    `maps` are (C, H, W); zero is the colour of the page, negative numbers are red and positive ones blue, the largest
    of the row full.
    """

    title: str
    note: str
    maps: Array
    channel: str  # what one map is called


def feature_maps(rows: Sequence[Row], *, key: str, alt: str) -> None:
    """Draw the rows, or update those already drawn under this key; `alt` says what they show."""
    drawn = [{**vars(row), "maps": packed(np.asarray(row.maps, np.float32))} for row in rows]
    _mount(key=key, data={"alt": alt, "rows": drawn})
