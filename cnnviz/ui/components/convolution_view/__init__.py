"""The convolution drawn cell by cell: padded input, kernel, output, and the arithmetic of the cell pointed at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.convolution import Axis, Convolution

_HERE = Path(__file__).parent
_html, _css, _js = ((_HERE / f"convolution_view.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
_mount = st.components.v2.component("cnnviz.convolution_view", html=_html, css=_css, js=_js)


def convolution_view(convolution: Convolution, *, key: str) -> None:
    """Draw a convolution with one output channel; hovering, playing and stepping stay in the browser."""
    _mount(key=key, data=drawing(convolution))


def drawing(convolution: Convolution) -> dict[str, Any]:
    """Everything that the browser draws, as plain lists: what it shows is what was computed here."""
    rows, columns = convolution.axes
    return {
        "image": convolution.image.tolist(),
        "kernel": convolution.applied[0].tolist(),
        "bias": float(convolution.bias[0]),
        "output": convolution.output[0].tolist(),
        "flip": convolution.settings.flip,
        "rows": _axis(rows),
        "columns": _axis(columns),
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {"taps": axis.taps.tolist(), "sources": axis.sources.tolist(), "unused": axis.unused.tolist()}
