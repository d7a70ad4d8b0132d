"""Widgets that show what other controls mean: recipes, examples, named kernels, the size of a kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import streamlit as st

from cnnviz.language import Sentence, say
from cnnviz.ui.frame.refusals import gesture

OWN = "own"  # what a list of named ones stands at when it is none of them


class Named(Protocol):
    """An entry of a registry: a recipe, an example, a kernel."""

    @property
    def label(self) -> str | Sentence:
        """Its name: a template, or a sentence."""

    @property
    def description(self) -> str:
        """What there is to see."""


def mirror(name: str, now: Any, act: Callable[[Any], None]) -> dict[str, Any]:
    """Arguments of a widget that shows what other controls mean, which is `now`; `act` is given what is chosen there.

    The widget is to begin at `now`.
    When they come to mean something else it becomes another widget. A browser that has not heard of it goes on telling
    where the old one stood; Streamlit calls that a gesture, and it would undo what the visitor has just done.
    """
    count = f"{name}_count"
    st.session_state.setdefault(count, 0)
    if st.session_state.get(_nth(name), now) != now:
        st.session_state[count] += 1
    key = _nth(name)

    def moved() -> None:
        if key == _nth(name):
            act(st.session_state[key])

    return {"key": key, "on_change": gesture(moved)}


def _nth(name: str) -> str:
    count = st.session_state[f"{name}_count"]
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

    def act(chosen: str | None) -> None:
        if chosen is not None and chosen in entries:  # none when the list has changed under the visitor's hand
            choose(chosen)

    names = [OWN, *entries] if own_first else [*entries, OWN]
    labels = {OWN: say("Your own")} | {entry: say(entries[entry].label) for entry in entries}
    st.selectbox(label, names, names.index(now), format_func=labels.__getitem__, **mirror(name, now, act))
    with st.container():  # a place of its own, so that nothing below moves to another one
        if now in entries:
            st.caption(say(entries[now].description))
