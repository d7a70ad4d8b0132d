"""The first view of a lesson: its picture, the controls that move it beside it, and what else belongs to both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


class View(NamedTuple):
    """Places of a view, in the order in which a phone shows them; `frame.css` says where they stand."""

    figure: DeltaGenerator  # stays in the window of a phone
    knobs: DeltaGenerator  # scrolls in itself
    below: DeltaGenerator


def view() -> View:
    """A view that is whole in the window."""
    with st.container(key="view"):
        return View(st.container(key="figure"), st.container(key="knobs", border=True), st.container(key="below"))
