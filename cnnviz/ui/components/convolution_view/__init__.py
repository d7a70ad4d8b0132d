"""A convolution or pooling drawn cell by cell: padded input, kernel, output, and the arithmetic of a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnviz.convolution.axis import Axis
from cnnviz.convolution.operation import Operation
from cnnviz.ui.components.shared.arrays import packed
from cnnviz.ui.components.shared.mount import component

_mount = component("convolution_view", "grid", "player")


def convolution_view(
    operation: Operation,
    *,
    key: str,
    is_picture: bool = False,
    pinned: tuple[int, int, int] | None = None,
    on_pin: Callable[[], None] = lambda: None,
    on_edit: Callable[[], None] = lambda: None,
) -> None:
    """Draw an operation; hovering, playing and stepping stay in the browser.

    Args:
        operation: what is drawn.
        key: of the component; the session state has under it `pinned`, the output cell (channel, row, column) that a
            click holds, or None; and `edited`, (output channel, slice, row, column as displayed, number).
        is_picture: whether the input is a picture, which is drawn grey.
        pinned: the cell that is held at first.
        on_pin: called when `pinned` changes.
        on_edit: called when a weight was given a new number.
    """
    data = {**drawing(operation), "is_picture": is_picture, "pinned": pinned}
    _mount(key=key, data=data, on_pinned_change=on_pin, on_edited_change=on_edit)


def drawing(operation: Operation) -> dict[str, Any]:
    """Everything that the browser draws, by the names of Operation: what it shows is what was computed here."""
    settings, several = operation.settings, operation.weights is not None and operation.weights.shape[1] > 1
    rows, columns = operation.axes
    return {
        "settings": vars(settings),
        "channels_of": [list(operation.channels_of(channel)) for channel in range(operation.c_out)],
        "biases": operation.biases.tolist(),
        "rows": _axis(rows),
        "columns": _axis(columns),
        "padded": packed(operation.padded),
        "applied": packed(operation.applied),
        "uses": packed(operation.uses),
        "channel_sums": packed(operation.channel_sums) if several else None,
        "divisor": packed(operation.divisor) if settings.operation == "average_pool" else None,
        "sums": packed(operation.sums),
        "output": packed(operation.output) if settings.activation == "relu" else None,
    }


def _axis(axis: Axis) -> dict[str, Any]:
    return {
        "taps": axis.taps.tolist(),
        "sources": axis.sources.tolist(),
        "frame": axis.frame.tolist(),
        "unused": axis.unused.tolist(),
    }
