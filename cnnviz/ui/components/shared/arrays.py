"""Arrays on their way to the browser."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from cnnviz.arrays import Array


def packed(array: Array | None) -> dict[str, Any] | None:
    """An array as `unpack` of arrays.js reads it: type, shape, and little-endian numbers in base64.

    Args:
        array: numbers of any type; float32 stays as it is, all others are sent as float64.
    """
    if array is None:
        return None
    kind = "float32" if array.dtype == np.float32 else "float64"
    values = np.asarray(array, f"<f{np.dtype(kind).itemsize}").tobytes()
    return {"type": kind, "shape": list(array.shape), "values": base64.b64encode(values).decode()}
