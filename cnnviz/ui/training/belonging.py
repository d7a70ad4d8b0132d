"""What belongs to what: the form to a training that is still to begin, the curves beside it to a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import streamlit as st

from cnnviz.language import Sentence, joined, mark, say, sentence
from cnnviz.runs.records import Run
from cnnviz.settings import SETTINGS, TrainingSettings
from cnnviz.ui.frame.address import put
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.training.settings_form import FIRST, NAMES

SPEAKING = ("network", "dataset", "optimiser")  # settings whose values say whose they are


def tell_apart(form: TrainingSettings, run: Run) -> None:
    """The settings of a run in one line, bold where the form has others, and a button that brings them there."""
    its = TrainingSettings.of(run.training_settings.to_dict())
    settings = joined(_settings(its, form), mark("{first}, {second}"))
    with st.container(key="of_run", horizontal=True, vertical_alignment="center", wrap=False):
        if its == form:
            st.markdown(say("This run, as the new training: {settings}.", settings=settings))
        else:
            st.markdown(say("This run (bold: unlike the new training): {settings}.", settings=settings))
        st.button(
            say("Use these"),
            key="form_to_run",
            on_click=gesture(lambda: put(**its.to_dict())),
            disabled=its == form,
        )


def _settings(its: TrainingSettings, form: TrainingSettings) -> Iterator[Sentence]:
    """The settings that the form shows first, and of the others those that are not as usual or not as in the form."""
    usual = TrainingSettings()
    names = [*FIRST, *(name for name in SETTINGS if name not in FIRST)]
    for name in names:
        value = getattr(its, name)
        differs = value != getattr(form, name)
        if name in FIRST or differs or value != getattr(usual, name):
            yield sentence("**{setting}**", setting=_in_words(name, value)) if differs else _in_words(name, value)


def _in_words(name: str, value: Any) -> Sentence:
    """A setting and its value as the form shows it."""
    said = say(NAMES[name][value]) if name in NAMES else SETTINGS[name].said(value)
    if name in SPEAKING:
        return sentence("{value}", value=said)
    return sentence("{setting:lower} {value}", setting=sentence(SETTINGS[name].heading), value=said)
