"""Widgets that show what other controls mean: recipes, examples, named kernels, the size of a kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import streamlit as st

from cnnviz.language import Sentence, say
from cnnviz.ui.frame.address import memory

OWN = "own"  # what a list of named ones stands at when it is none of them


class Named(Protocol):
    """An entry of a registry: a recipe, an example, a kernel."""

    @property
    def label(self) -> str | Sentence:
        """Its name: a template, or a sentence."""

    @property
    def description(self) -> str:
        """What there is to see."""


def mirror(name: str, now: Any) -> str:
    """Key of a widget that shows what other controls mean, which is `now`.

    When they come to mean something else it becomes another widget. A browser that has not heard of it goes on telling
    where the old one stood; Streamlit would call that a gesture, and it would undo what the visitor has just done.
    """
    count = st.session_state.setdefault(f"{name}_count", 0)
    if st.session_state.get(_nth(name, count), now) != now:
        count = st.session_state[f"{name}_count"] = count + 1
    memory().show(_nth(name, count), now)
    return _nth(name, count)


def _nth(name: str, count: int) -> str:
    return f"{name}_{count}" if count else name


def pick(
    label: str,
    name: str,
    entries: Mapping[str, Named],
    now: str,
    choose: Callable[[str], None],
    *,
    own_first: bool = False,
) -> None:
    """A list of named ones, or the visitor's own; the description of the one that other controls make up.

    Args:
        label: of the list.
        name: of the widget.
        entries: of the list.
        now: the one that other controls make up, or OWN.
        choose: called with the name of the one that was chosen.
        own_first: where in the list "Your own" stands.
    """
    key = mirror(name, now)

    def chosen() -> None:
        if st.session_state[key] in entries:
            choose(st.session_state[key])

    names = [OWN, *entries] if own_first else [*entries, OWN]
    labels = {OWN: say("Your own")} | {entry: say(entries[entry].label) for entry in entries}
    st.selectbox(label, names, format_func=labels.__getitem__, key=key, on_change=chosen)
    with st.container():  # a place of its own, so that nothing below moves to another one
        if now in entries:
            st.caption(say(entries[now].description))
