"""What several components share: the grid of numbers, its styles, and arrays on their way to the browser."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.arrays import Array

HERE = Path(__file__).parent


def packed(array: Array | None) -> dict[str, Any] | None:
    """An array as the browser reads it: its shape, and little-endian float64 in base64."""
    if array is None:
        return None
    values = np.asarray(array, "<f8").tobytes()
    return {"shape": list(np.shape(array)), "values": base64.b64encode(values).decode()}


def sources_of(folder: Path, *scripts: str) -> dict[str, Any]:
    """Html, css and js of a component that draws grids; `scripts` are read one after the other."""
    name = folder.name
    js = [HERE / "grid.js", *(folder / script for script in scripts)]
    css = [HERE / "grid.css", folder / f"{name}.css"]
    return {
        "html": (folder / f"{name}.html").read_text("utf-8"),
        "css": "\n".join(path.read_text("utf-8") for path in css),
        "js": "\n".join(path.read_text("utf-8") for path in js),
    }
