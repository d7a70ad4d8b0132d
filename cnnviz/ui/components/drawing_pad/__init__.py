"""A pad of 28x28 pixels to draw on with mouse, pen or finger."""

from __future__ import annotations

from collections.abc import Callable

from cnnviz.arrays import Array
from cnnviz.ui.components.shared.mount import component

_mount = component("drawing_pad")


def drawing_pad(pixels: Array | None, *, key: str, on_draw: Callable[[], None]) -> None:
    """Draw the pad.

    Args:
        pixels: (1, 28, 28) uint8 that stand on it when it appears; None for an empty pad.
        key: of the component; the session state has under it `drawn`, 784 whole numbers from 0 to 255, row by row.
        on_draw: called after each stroke and after clearing.
    """
    shown = None if pixels is None or pixels.shape != (1, 28, 28) else pixels.ravel().tolist()
    _mount(key=key, data={"pixels": shown}, on_drawn_change=on_draw)
