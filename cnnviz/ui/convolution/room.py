"""The views below the first one: each has its picture, and what moves it beside it, in one window."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


class Room(NamedTuple):
    """Places of a view, in the order in which a phone shows them; `page.css` says where they stand."""

    picture: DeltaGenerator
    knobs: DeltaGenerator


def room(name: str) -> Room:
    """A view of its own."""
    with st.container(key=f"{name}_room"):
        return Room(st.container(key=f"{name}_picture"), st.container(key=f"{name}_knobs"))
