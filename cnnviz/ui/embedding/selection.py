"""Selection: the points that a visitor has chosen on a map, which are test images."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz.ui.frame.refusals import gesture

CHOSEN = "chosen_on_map"
MOST = 24  # images that are shown of a selection


def keep_selection(key: str, of: str) -> Callable[[], None]:
    """What is to be called after points were chosen: the next drawing of the page finds them by `chosen_rows`.

    Args:
        key: of the chart.
        of: what the rows are of; on another map they would be other images.
    """

    def keep() -> None:
        st.session_state[CHOSEN] = of, st.session_state[key].selection or []

    return gesture(keep)


def chosen_rows(of: str, count: int) -> Sequence[int]:
    """The rows that were chosen on this map of so many points; none on another map, and none that it has not."""
    known, rows = st.session_state.get(CHOSEN, ("", []))
    return sorted({row for row in rows if row in range(count)}) if known == of else []
