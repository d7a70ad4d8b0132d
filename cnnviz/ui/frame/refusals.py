"""Refusals shown: what cannot be done is said where the visitor looks, and the page goes on.

Whatever a page, a part of it that is drawn without the rest, or a gesture is refused ends here: pages by `guard_page`,
parts by `fragment` of address.py, gestures by `gesture`. A test finds what goes round them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.language import say
from cnnviz.refusal import Refusal

KEPT = "refusal"


@contextmanager
def refusals(show: Callable[[str], object]) -> Iterator[None]:
    """Show the sentence of a refusal; what follows in the block is left out."""
    try:
        yield
    except Refusal as refusal:
        show(str(refusal))


def guard_page(then: Callable[[], None]) -> None:
    """From here on, what the page is refused is said at its end, whichever way Streamlit runs its script.

    Args:
        then: what is to be done after that.
    """

    def show_refusal(problem: Exception) -> bool:
        """Show a refusal; whether it is one."""
        if isinstance(problem, Refusal):
            show(problem, "page")
            then()
        return isinstance(problem, Refusal)

    context = get_script_run_ctx()
    if context is not None:
        context.on_script_error = show_refusal


def show(refusal: Refusal, place: str) -> None:
    """Say a refusal in place of what could not be drawn, with a button that draws it again.

    Args:
        refusal: what could not be drawn, and why.
        place: a name for what could not be drawn.
    """
    error(str(refusal))
    st.button(say("Try again"), key=f"again_{place}", icon=":material/replay:")


def gesture(act: Callable[..., object]) -> Callable[..., None]:
    """What a gesture on a widget does; when it is refused, the visitor is told beside the page."""

    @functools.wraps(act)
    def act_or_say(*arguments: Any) -> None:
        with refusals(toast):
            act(*arguments)

    return act_or_say


def toast(sentence: str) -> None:
    """For a press of a button that has no effect."""
    st.toast(sentence, icon=":material/help:")


def keep(sentence: str) -> None:
    """From a callback, which cannot draw: until the page shows it at its own place."""
    st.session_state[KEPT] = sentence


def show_kept() -> None:
    """The sentence that a callback has kept, once, in a place of its own, which a style sheet may lay over others."""
    if KEPT in st.session_state:
        with st.container(key="kept"):
            error(st.session_state.pop(KEPT))


def error(sentence: str) -> None:
    """For what cannot be drawn."""
    st.error(sentence, icon=":material/build:")
