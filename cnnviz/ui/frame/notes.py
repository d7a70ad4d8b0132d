"""Notes at the place: two lines beside the thing that they explain. A visitor can hide them all."""

from __future__ import annotations

from cnnviz.ui.components import note as component
from cnnviz.ui.frame.glossary import parts


def note(name: str, text: str, points: component.Direction = "up") -> None:
    """Draw a note; the terms of the glossary in it say what they mean.

    Args:
        name: of the note on its page.
        text: of two lines at most.
        points: where the thing stands that it explains.
    """
    component.note(parts(text), points=points, key=f"note_{name}")
