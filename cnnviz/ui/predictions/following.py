"""A gallery of test images whose links lead through the network that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from cnnviz.ui.components.gallery import Tile, gallery
from cnnviz.ui.components.shared.sprites import Images
from cnnviz.ui.frame.snapshots import Seen


def follow(sheet: Images, tiles: Sequence[Tile], seen: Seen, *, key: str) -> None:
    """Draw the gallery; go to the network when a link of it is followed."""
    place = {"run": seen.run.id, "step": str(seen.step)}
    followed = gallery(sheet, tiles, key=key, address=f"network?{urlencode(place)}&image=")
    if followed is not None:
        st.switch_page("pages/network.py", query_params={**place, "image": str(followed)})
