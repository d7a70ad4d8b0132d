"""Tiles of images with a caption; a click chooses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.shared.mount import component
from cnnviz.ui.components.shared.sprites import Images

_mount = component("gallery")


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
    data = {"sheet": {"url": sheet.url, "columns": sheet.columns}, "tiles": [asdict(tile) for tile in tiles]}
    chosen: int | None = _mount(key=key, data=data, on_chosen_change=on_choose or (lambda: None)).chosen
    return chosen
