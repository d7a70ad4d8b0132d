"""What belongs to what: the form to a training that is still to begin, the curves below it to a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.language import joined, mark, say, sentence
from cnnviz.runs.records import Run
from cnnviz.settings import SETTINGS, TrainingSettings
from cnnviz.ui.frame.address import put
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.training.settings_form import NAMES

MOST_NAMED = 4  # settings that differ


def tell_apart(form: TrainingSettings, run: Run) -> None:
    """Whether a run had the settings of the form; where not, which differ, and a button that brings them there."""
    its = TrainingSettings.of(run.training_settings.to_dict())
    different = [name for name in SETTINGS if getattr(its, name) != getattr(form, name)]
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        st.caption(_in_words(its.to_dict(), different))
    with right:
        st.button(
            say("Set the form to this run"),
            key="form_to_run",
            on_click=gesture(lambda: put(**its.to_dict())),
            disabled=not different,
            width="stretch",
        )


def _in_words(its: Mapping[str, Any], different: list[str]) -> str:
    if not different:
        return say("This run had the settings of the form above.")
    named = [
        sentence("{setting:lower} {value}", setting=sentence(SETTINGS[name].heading), value=_value(name, its[name]))
        for name in different[:MOST_NAMED]
    ]
    values = {"settings": joined(named, mark("{first}, {second}")), "more": len(different) - MOST_NAMED}
    if len(different) > MOST_NAMED:
        return say("This run had other settings than the form above: {settings}, and {more} more.", **values)
    return say("This run had other settings than the form above: {settings}.", **values)


def _value(name: str, value: Any) -> str:
    """A value as the form shows it."""
    if name in NAMES and value in NAMES[name]:
        return say(NAMES[name][value])
    return SETTINGS[name].said(value)
