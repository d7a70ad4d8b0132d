"""A picture of the visitor's own: chosen, dropped or photographed, and reduced in the browser where it is large."""

from __future__ import annotations

from collections.abc import Callable

from cnnviz.datasets.pictures import LARGEST_FILE
from cnnviz.ui.components.shared.mount import component

_mount = component("picture_picker")


def picture_picker(*, key: str, on_choose: Callable[[], None]) -> None:
    """Draw the picker.

    Args:
        key: of the component; the session state has under it `chosen`, [bytes of the file, the file in base64, or None
            where it is too large to be sent].
        on_choose: called when a file was chosen.
    """
    _mount(key=key, data={"limit": LARGEST_FILE}, on_chosen_change=on_choose)
