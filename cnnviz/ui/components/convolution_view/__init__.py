"""A convolution or pooling drawn cell by cell: padded input, kernel, output, and the arithmetic of a cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from cnnviz.convolution.axis import Axis
from cnnviz.convolution.operation import Operation
from cnnviz.ui.components.shared import packed, sources_of

_mount = st.components.v2.component(
    "cnnviz.convolution_view", **sources_of(Path(__file__).parent, "arithmetic.js", "preview.js", "convolution_view.js")
)


def convolution_view(
    operation: Operation,
    *,
    key: str,
    pinned: tuple[int, int, int] | None = None,
    on_pin: Callable[[], None] = lambda: None,
    on_edit: Callable[[], None] = lambda: None,
) -> None:
    """Draw an operation; hovering, playing and stepping stay in the browser.

    Args:
        operation: what is drawn.
        key: of the component; the session state has under it `pinned`, the output cell (channel, row, column) that a
            click holds, or None; and `edited`, (output channel, slice, row, column as displayed, number).
        pinned: the cell that is held at first.
        on_pin: called when `pinned` changes.
        on_edit: called when a weight was given a new number.
    """
    data = {**drawing(operation), "pinned": pinned}
    _mount(key=key, data=data, on_pinned_change=on_pin, on_edited_change=on_edit)


def drawing(operation: Operation) -> dict[str, Any]:
    """Everything that the browser draws: what it shows is what was computed here."""
    settings, channels = operation.settings, range(operation.c_out)
    several = operation.weights is not None and operation.weights.shape[1] > 1
    rows, columns = operation.axes
    return {
        "operation": settings.operation,
        "settings": {
            "operation": settings.operation,
            "window": settings.kernel_size,
            "stride": settings.stride,
            "padding": settings.padding,
            "dilation": settings.dilation,
            "outputPadding": settings.output_padding,
            "mode": settings.padding_mode,
            "ceil": settings.ceil_mode,
            "countPadding": settings.count_include_pad,
        },
        "flip": settings.flip,
        "relu": settings.activation == "relu",
        "padded": packed(operation.padded),
        "weights": packed(operation.applied),
        "bias": operation.biases.tolist(),
        "reads": [list(operation.channels_of(channel)) for channel in channels],
        "channelSums": packed(operation.channel_sums) if several else None,
        "sums": packed(operation.sums),
        "output": packed(operation.output) if settings.activation == "relu" else None,
        "divisor": packed(operation.divisor) if settings.operation == "average_pool" else None,
        "uses": packed(operation.uses),
        "rows": _axis(rows),
        "columns": _axis(columns),
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "taps": axis.taps.tolist(),
        "sources": axis.sources.tolist(),
        "frame": axis.frame.tolist(),
        "unused": axis.unused.tolist(),
    }
