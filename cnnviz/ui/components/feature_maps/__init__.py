"""Rows of small maps: the layers of a network, or its kernels. Pointing at a pixel tells its number."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.arrays import Array

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One layer.

    `maps` are (C, H, W); zero is white, negative numbers are red and positive ones blue, the largest of the row full.
    """

    title: str
    note: str
    maps: Array
    channel: str  # what one map is called


def feature_maps(rows: Sequence[Row], *, key: str, alt: str) -> None:
    """Draw the rows, or update those already drawn under this key; `alt` says what they show."""
    _component(key=key, data={"alt": alt, "rows": [_packed(row) for row in rows]})


def _packed(row: Row) -> dict[str, Any]:
    """A row as the browser reads it: float32 in base64."""
    channels, height, width = row.maps.shape
    values = np.ascontiguousarray(row.maps, "<f4")
    return {
        "title": row.title,
        "note": row.note,
        "channel": row.channel,
        "channels": channels,
        "height": height,
        "width": width,
        "largest": float(np.abs(values).max(initial=0)),
        "values": base64.b64encode(values.tobytes()).decode(),
    }


_component = st.components.v2.component(
    "cnnviz_feature_maps",
    html='<div class="feature-maps"></div>',
    css=(HERE / "feature_maps.css").read_text("utf-8"),
    js=(HERE / "feature_maps.js").read_text("utf-8"),
)
