"""Tiles of test images with a caption; a click on one shows there the link through the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cnnviz.language import say_count
from cnnviz.ui.components.shared.mount import component
from cnnviz.ui.components.shared.sprites import Images

_mount = component("gallery")


@dataclass(frozen=True)
class Tile:
    """One image of the sheet, in the same order."""

    id: int  # number of the test image; what following its link returns
    lines: Sequence[str]
    mark: str  # of the corner: right or wrong, told without colour
    alt: str


def gallery(sheet: Images, tiles: Sequence[Tile], *, key: str, address: str) -> int | None:
    """Draw the tiles, or update those already drawn under this key; the id of the one whose link was followed now.

    Args:
        sheet: the images of the tiles.
        tiles: in the order of the images.
        key: of the gallery in the page.
        address: of a link, all but the id of its tile at the end.
    """
    data = {
        "sheet": {"url": sheet.url, "columns": sheet.columns},
        "tiles": [asdict(tile) for tile in tiles],
        "address": address,
        "alt": say_count("{count} test image", "{count} test images", len(tiles)),
    }
    followed: int | None = _mount(key=key, data=data, on_followed_change=_nothing).followed
    return followed


def _nothing() -> None:
    """The trigger `followed` exists only when something may be called."""
