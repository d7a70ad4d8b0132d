"""A training as it stands: its state, what is to be said of it, and its curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cnnviz.arrays import Array
from cnnviz.datasets import DATASETS
from cnnviz.figures.training import View
from cnnviz.language import joined, mark, say, sentence
from cnnviz.numbers import percent
from cnnviz.runs.reader import history_of
from cnnviz.runs.records import Run
from cnnviz.settings import SETTINGS
from cnnviz.training.changes import by_step
from cnnviz.training.records import TEST_IMAGES, Annotation, Change
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import buttons, toggle
from cnnviz.ui.training import drawings
from cnnviz.ui.training.state import show_state
from cnnviz.ui.training.words import show_words


def draw(run: Run) -> None:
    """Everything that moves while a network trains, but what is inside of it; page.css has a place for each part."""
    history = history_of(run)
    with st.container(key="state"):
        show_state(run, history)
    show_words(run, history)
    if not history.measurements and not run.active:
        with st.container(key="no_curves"):
            st.caption(say("There are no curves of this run."))
        return
    _choose_view()
    view = View(run.id, at("axis"), at("log"), _tests(run))
    loss, accuracy = drawings.figures_of(history.curves, view, annotations_of(history.changes))
    test, file = history.curves.test, run.file_name(run.step)
    plotly_view(loss, key="loss", alt=loss_in_words(test.losses), file=file)
    plotly_view(accuracy, key="accuracy", alt=accuracy_in_words(test.accuracies), file=file)


def _choose_view() -> None:
    """Against what the curves are drawn, and how."""
    with st.container(key="curve_options", horizontal=True, vertical_alignment="center"):
        buttons(say("Against"), "axis")
        toggle(say("Logarithmic loss"), "log")


def _tests(run: Run) -> str:
    """Of how many images the tests are."""
    everything = DATASETS[run.training_settings.dataset].test_images
    if everything <= TEST_IMAGES:
        return say("all {images:,} images a test", images=everything)
    return say("{images:,} images a test, the last {all:,}", images=TEST_IMAGES, all=everything)


def annotations_of(changes: Sequence[Change]) -> tuple[Annotation, ...]:
    """The changes that were made under way."""
    made = {step: dict(settings) for step, settings in by_step(changes).items()}
    made.get(0, {}).pop("epochs", None)  # the number that a training began with
    return tuple(Annotation(step, _settings_in_words(settings)) for step, settings in made.items() if settings)


def _settings_in_words(settings: Mapping[str, float]) -> str:
    """What settings were changed to: "rate 0.001, momentum 0.9"."""
    values = [
        sentence("{setting} {value:g}", setting=sentence(SETTINGS[name].short or SETTINGS[name].heading), value=value)
        for name, value in settings.items()
    ]
    return say(joined(values, mark("{first}, {second}")))


def loss_in_words(losses: Array) -> str:
    """The curve of the test loss in words."""
    if not len(losses):
        return say("Loss of the training; no test yet.")
    return say("Loss of the training. On test images from {first:.3f} to {last:.3f}.", first=losses[0], last=losses[-1])


def accuracy_in_words(accuracies: Array) -> str:
    """The curve of the test accuracy in words."""
    if not len(accuracies):
        return say("Accuracy of the training; no test yet.")
    return say(
        "Accuracy of the training. On test images from {first} to {last}.",
        first=percent(accuracies[0]),
        last=percent(accuracies[-1]),
    )
