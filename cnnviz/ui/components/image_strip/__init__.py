"""A strip of small images, one of which is chosen with a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.ui.components.shared.mount import component
from cnnviz.ui.components.shared.sprites import Images

_mount = component("image_strip")


def image_strip(
    sheet: Images, ids: Sequence[int], chosen: int | None, *, key: str, alt: str, on_choose: Callable[[], None]
) -> None:
    """Draw the strip.

    Args:
        sheet: the images in one row, each with what it is called.
        ids: what choosing each of them returns.
        chosen: the id of the one that is looked at; it need not be among them.
        key: of the strip in the page; `st.session_state[key].chosen` is the id that was chosen.
        alt: what there is to choose.
        on_choose: called after an image was chosen.
    """
    images = [{"id": number, "alt": line} for number, line in zip(ids, sheet.lines, strict=True)]
    data = {"url": sheet.url, "images": images, "chosen": chosen, "alt": alt}
    _mount(key=key, data=data, on_chosen_change=on_choose)
