"""A training as it stands: numbers, progress, what the curves say, and the curves."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.figures.training import View
from cnnviz.language import say
from cnnviz.runs.reader import History, history_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.settings import SETTINGS
from cnnviz.training import curves, diagnosis, schedules
from cnnviz.training.changes import after
from cnnviz.training.records import Change, Mark, Measurement
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import buttons, toggle
from cnnviz.ui.training import drawings

SENTENCES = {
    "paused": "Paused. Take one batch at a time, change the rate, or resume.",
    "stopped": "Stopped. Resume goes on exactly here.",
    "interrupted": "Resume goes on from its last snapshot.",
    "crashed": "Resume goes on from its last snapshot.",
    "failed": "Change what is named, then resume or start again.",
    "diverged": "The last good weights are kept.",
}


def draw(run: Run) -> None:
    """Everything that moves while a network trains, but what is inside of it."""
    history = history_of(run)
    _numbers(run, history.measurements)
    st.progress(min(run.step / max(run.steps, 1), 1.0), text=_progress(run, history.changes))
    with st.container():
        _words(run, history)
    if not history.measurements and not run.active:
        st.info("This network was trained elsewhere: there are no curves of it.", icon="📭")
        return
    view = _choose_view(run)
    loss, accuracy = drawings.curves_of(history, view, marks(history.changes))
    left, right = st.columns(2)
    test = history.curves.test
    with left:
        plotly_view(loss, key="loss", alt=describe("Loss", test.losses, ".3f"))
    with right:
        plotly_view(accuracy, key="accuracy", alt=describe("Accuracy", test.accuracies, ".1%"))
    _final(run, history.measurements)


def _numbers(run: Run, measurements: Sequence[Measurement]) -> None:
    speed, left = curves.images_per_second(measurements), curves.seconds_left(measurements, run.steps)
    cells = st.columns(4)
    cells[0].metric("State", run.state)
    tested = next((m for m in reversed(measurements) if m.split in ("test", "final")), None)
    accuracy, when = (tested.accuracy, f"step {tested.step:,}") if tested else (run.accuracy, None)
    value = "–" if accuracy is None else f"{accuracy:.2%}"
    cells[1].metric("Test accuracy", value, when, delta_color="off", delta_arrow="off")
    cells[2].metric("Images per second", "–" if speed is None else f"{speed:,.0f}")
    cells[3].metric("Time left", f"{left:.0f} s" if run.active and left is not None else "–")


def _progress(run: Run, changes: Sequence[Change]) -> str:
    """How far it is, and the rate that its schedule has come to."""
    text = f"Step {run.step:,} of {run.steps:,}"
    settings = after(run.training_settings, changes)
    if settings.schedule == "constant" or not run.steps:
        return text
    return f"{text} · learning rate {schedules.rate(settings, run.step / run.steps):.2g}"


def _words(run: Run, history: History) -> None:
    """Why it stands still, if it does, and what its curves say."""
    if run.state == "queued":
        ahead = current_store().runs.ahead(run)
        before = "another training is" if ahead == 1 else f"{ahead} trainings are"
        st.info(f"Waiting for a free processor: {before} before it." if ahead else "It begins at once.", icon="⏳")
    elif run.message or run.state in SENTENCES:
        st.info(" ".join(str(said) for said in (run.message, SENTENCES.get(run.state)) if said), icon="💬")
    warming = run.training_settings.schedule == "one_cycle" and run.step < schedules.WARM_SHARE * run.steps
    sentence = diagnosis.read(history.measurements, history.statistics, warming=warming)
    if sentence:
        st.markdown(f"**Reading the curves.** {sentence}")


def _choose_view(run: Run) -> View:
    axis, scale = st.columns([3, 1], vertical_alignment="bottom")
    with axis:
        buttons("Against", "axis")
    with scale:
        toggle("Logarithmic loss", "log")
    return View(run.id, at("axis"), at("log"))


def marks(changes: Sequence[Change]) -> tuple[Mark, ...]:
    """The changes that were made under way."""
    taken: dict[int, dict[str, float]] = {}
    for change in changes:
        if change.step is not None:
            taken.setdefault(change.step, {}).update(change.settings)
    return tuple(
        Mark(step, ", ".join(f"{say(SETTINGS[name].short)} {value:g}" for name, value in settings.items()))
        for step, settings in taken.items()
    )


def _final(run: Run, measurements: Sequence[Measurement]) -> None:
    final = next((m for m in reversed(measurements) if m.split == "final"), None)
    if final and final.step == run.step:
        count = len(datasets.load(run.training_settings.dataset).test_labels)
        st.markdown(f"**{final.accuracy:.2%}** of all {count:,} test images are right; test loss {final.loss:.4f}.")


def describe(what: str, values: Array, form: str) -> str:
    """A curve in words."""
    if not len(values):
        return f"{what} of the training; no test yet."
    return f"{what} of the training. On test images from {values[0]:{form}} to {values[-1]:{form}}."
