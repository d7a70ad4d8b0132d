"""A pad of 28x28 pixels to draw on with mouse, pen or finger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cnnviz.arrays import Array

HERE = Path(__file__).parent


def drawing_pad(pixels: Array | None, *, key: str, on_draw: Callable[[], None]) -> None:
    """Draw the pad.

    Args:
        pixels: (1, 28, 28) uint8 that stand on it when it appears; None for an empty pad.
        key: of the component; the session state has under it `drawn`, 784 whole numbers from 0 to 255, row by row.
        on_draw: called after each stroke and after clearing.
    """
    shown = None if pixels is None or pixels.shape != (1, 28, 28) else pixels.ravel().tolist()
    _component(key=key, data={"pixels": shown}, on_drawn_change=on_draw)


_component = st.components.v2.component(
    "cnnviz_drawing_pad",
    html=(HERE / "drawing_pad.html").read_text("utf-8"),
    css=(HERE / "drawing_pad.css").read_text("utf-8"),
    js=(HERE / "drawing_pad.js").read_text("utf-8"),
)
