"""Tiles of images with a caption; a click chooses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from cnnviz.ui.components.plotly_view import Images

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tile:
    """One image of the sheet, in the same order."""

    id: int  # what a click returns
    lines: Sequence[str]
    mark: str  # of the corner: right or wrong, told without colour
    alt: str


def gallery(
    sheet: Images, tiles: Sequence[Tile], *, key: str, on_choose: Callable[[], None] | None = None
) -> int | None:
    """Draw the tiles, or update those already drawn under this key; the id of the one clicked last."""
    data = {"sheet": asdict(sheet), "tiles": [asdict(tile) for tile in tiles]}
    chosen: int | None = _component(key=key, data=data, on_chosen_change=on_choose or (lambda: None)).chosen
    return chosen


_component = st.components.v2.component(
    "cnnviz_gallery",
    html='<div class="gallery"></div>',
    css=(HERE / "gallery.css").read_text("utf-8"),
    js=(HERE / "gallery.js").read_text("utf-8"),
)
