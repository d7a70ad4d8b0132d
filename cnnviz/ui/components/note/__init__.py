"""A note beside a picture: an arrow to the thing, what it is, and the meaning of its terms on hover and focus."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from cnnviz.ui.components.shared.mount import component

Direction = Literal["up", "down", "left", "right"]
_mount = component("note")


def note(parts: Iterable[tuple[str, str | None]], *, points: Direction, key: str) -> None:
    """Draw a note, of two lines at most.

    Args:
        parts: its text in pieces; a term comes with its meaning, everything else with None.
        points: where the thing stands.
        key: of the note in the page, which begins with `note_`: a visitor can hide all notes.
    """
    _mount(key=key, data={"parts": list(parts), "points": points})
