"""Refusals shown: what cannot be done is said where the visitor looks, and the page goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from cnnviz.refusal import Refusal

KEPT = "refusal"


@contextmanager
def refusals(show: Callable[[str], object]) -> Iterator[None]:
    """Show the sentence of a refusal; what follows in the block is left out."""
    try:
        yield
    except Refusal as refusal:
        show(str(refusal))


def toast(sentence: str) -> None:
    """For a press of a button that has no effect."""
    st.toast(sentence, icon="🤷")


def stop_with(sentence: str) -> None:
    """For what the rest of a page needs."""
    error(sentence)
    st.stop()


def keep(sentence: str) -> None:
    """From a callback, which cannot draw: until the page shows it at its own place."""
    st.session_state[KEPT] = sentence


def show_kept() -> None:
    """The sentence that a callback has kept, once."""
    if KEPT in st.session_state:
        error(st.session_state.pop(KEPT))


def error(sentence: str) -> None:
    """For what cannot be drawn."""
    st.error(sentence, icon="🔧")
