"""What the browser does for the whole page: presenter view, notes, keys, and the theme for frame.css."""

from __future__ import annotations

from collections.abc import Callable

from cnnviz.ui.components.shared.mount import component

_mount = component("page_tools", isolate_styles=False)  # it shows its state at the root of the page


def page_tools(*, presents: bool, key: str, on_present: Callable[[], None]) -> None:
    """Draw the buttons of the presenter view, of the notes and of the list of keys.

    Args:
        presents: whether the presenter view is shown.
        key: of the tools in the page.
        on_present: called after the visitor has changed that; `st.session_state[key].presents` then says it.
    """
    _mount(key=key, data={"presents": presents}, on_presents_change=on_present)
