"""A training as it stands: numbers, progress, what the curves say, and the curves."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.figures.training import View
from cnnviz.language import mark, say, say_count
from cnnviz.runs.reader import History, history_of
from cnnviz.runs.records import STATES, Run
from cnnviz.runs.store import current_store
from cnnviz.settings import SETTINGS
from cnnviz.training import curves, diagnosis, schedules
from cnnviz.training.changes import after
from cnnviz.training.records import Annotation, Change, Measurement
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import buttons, toggle
from cnnviz.ui.training import drawings

SENTENCES = {
    "paused": mark("Paused. Take one batch at a time, change the rate, or resume."),
    "stopped": mark("Stopped. Resume goes on exactly here."),
    "interrupted": mark("Resume goes on from its last snapshot."),
    "crashed": mark("Resume goes on from its last snapshot."),
    "failed": mark("Change what is named, then resume or start again."),
    "diverged": mark("The last good weights are kept."),
}
"""What can be done in a state."""
AXIS_LABELS = {"steps": mark("Steps"), "images": mark("Images"), "seconds": mark("Seconds")}
LOSS_ALT = (
    mark("Loss of the training; no test yet."),
    mark("Loss of the training. On test images from {first:.3f} to {last:.3f}."),
)
ACCURACY_ALT = (
    mark("Accuracy of the training; no test yet."),
    mark("Accuracy of the training. On test images from {first:.1%} to {last:.1%}."),
)


def draw(run: Run) -> None:
    """Everything that moves while a network trains, but what is inside of it."""
    history = history_of(run)
    _numbers(run, history.measurements)
    st.progress(min(run.step / max(run.steps, 1), 1.0), text=_progress(run, history.changes))
    with st.container():
        _words(run, history)
    if not history.measurements and not run.active:
        st.info(say("This network was trained elsewhere: there are no curves of it."), icon="📭")
        return
    view = _choose_view(run)
    loss, accuracy = drawings.curves_of(history, view, annotations_of(history.changes))
    left, right = st.columns(2)
    test = history.curves.test
    with left:
        plotly_view(loss, key="loss", alt=_alt(LOSS_ALT, test.losses))
    with right:
        plotly_view(accuracy, key="accuracy", alt=_alt(ACCURACY_ALT, test.accuracies))
    _final(run, history.measurements)


def _numbers(run: Run, measurements: Sequence[Measurement]) -> None:
    speed, left = curves.images_per_second(measurements), curves.seconds_left(measurements, run.steps)
    cells = st.columns(4)
    cells[0].metric(say("State"), say(STATES[run.state]))
    tested = next((m for m in reversed(measurements) if m.split in ("test", "final")), None)
    accuracy, when = (tested.accuracy, say("step {step:,}", step=tested.step)) if tested else (run.accuracy, None)
    value = "–" if accuracy is None else f"{accuracy:.2%}"
    cells[1].metric(say("Test accuracy"), value, when, delta_color="off", delta_arrow="off")
    cells[2].metric(say("Images per second"), "–" if speed is None else f"{speed:,.0f}")
    cells[3].metric(say("Time left"), f"{left:.0f} s" if run.active and left is not None else "–")


def _progress(run: Run, changes: Sequence[Change]) -> str:
    """How far it is, and the rate that its schedule has come to."""
    settings = after(run.training_settings, changes)
    if settings.schedule == "constant" or not run.steps:
        return say("Step {step:,} of {steps:,}", step=run.step, steps=run.steps)
    return say(
        "Step {step:,} of {steps:,} · learning rate {rate:.2g}",
        step=run.step,
        steps=run.steps,
        rate=schedules.rate(settings, run.step / run.steps),
    )


def _words(run: Run, history: History) -> None:
    """Why it stands still, if it does, and what its curves say."""
    if run.state == "queued":
        st.info(_waiting(current_store().runs.ahead(run)), icon="⏳")
    elif run.message or run.state in SENTENCES:
        st.info(" ".join(say(one) for one in (run.message, SENTENCES.get(run.state)) if one), icon="💬")
    warming = run.training_settings.schedule == "one_cycle" and run.step < schedules.WARM_SHARE * run.steps
    finding = diagnosis.diagnose(history.measurements, history.statistics, warming=warming)
    if finding is not None:
        st.markdown(say("**Reading the curves.** {finding}", finding=finding))


def _waiting(ahead: int) -> str:
    """Why a run has not begun, by the number of trainings before it."""
    if not ahead:
        return say("It begins at once.")
    return say_count(
        "Waiting for a free processor: another training is before it.",
        "Waiting for a free processor: {count} trainings are before it.",
        ahead,
    )


def _choose_view(run: Run) -> View:
    axis, scale = st.columns([3, 1], vertical_alignment="bottom")
    with axis:
        buttons(say("Against"), "axis")
    with scale:
        toggle(say("Logarithmic loss"), "log")
    return View(run.id, at("axis"), at("log"))


def annotations_of(changes: Sequence[Change]) -> tuple[Annotation, ...]:
    """Changes that were made while it ran, to be written on the curves."""
    taken: dict[int, dict[str, float]] = {}
    for change in changes:
        if change.step is not None:
            taken.setdefault(change.step, {}).update(change.settings)
    return tuple(
        Annotation(step, ", ".join(f"{say(SETTINGS[name].short)} {value:g}" for name, value in settings.items()))
        for step, settings in taken.items()
    )


def _final(run: Run, measurements: Sequence[Measurement]) -> None:
    final = next((m for m in reversed(measurements) if m.split == "final"), None)
    if final and final.step == run.step:
        count = len(datasets.load(run.training_settings.dataset).test_labels)
        st.markdown(
            say(
                "**{accuracy:.2%}** of all {images:,} test images are right; test loss {loss:.4f}.",
                accuracy=final.accuracy,
                images=count,
                loss=final.loss,
            )
        )


def _alt(templates: tuple[str, str], values: Array) -> str:
    """A curve in words: without tests, and with them."""
    untested, tested = templates
    return say(tested, first=values[0], last=values[-1]) if len(values) else say(untested)
