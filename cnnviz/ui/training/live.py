"""A training as it stands: numbers, progress, what the curves say, and the curves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import streamlit as st

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.figures.training import View
from cnnviz.language import Sentence, joined, mark, say, say_count, sentence
from cnnviz.numbers import percent
from cnnviz.runs.reader import History, accuracy_of, history_of, runs_ahead
from cnnviz.runs.records import STATES, Run
from cnnviz.settings import SETTINGS
from cnnviz.training import curves, diagnosis, schedules
from cnnviz.training.changes import after, by_step
from cnnviz.training.records import TEST_IMAGES, Annotation, Change, Measurement
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import buttons, toggle
from cnnviz.ui.training import drawings

MOST_NAMED = 4  # runs before a queued one
SENTENCES: Mapping[str, str] = {
    "paused": mark("Paused. Take one batch at a time, change the rate, or resume."),
    "suspended": mark("Paused. Its processor went to a training that waited; resume goes on exactly here."),
    "stopped": mark("Stopped. Resume goes on exactly here."),
    "interrupted": mark("Resume goes on from the last state that was saved."),
    "crashed": mark("Resume goes on from the last state that was saved."),
    "failed": mark("Change what is named, then resume or start again."),
    "diverged": mark("The last good weights are kept."),
}


def draw(run: Run) -> None:
    """Everything that moves while a network trains, but what is inside of it."""
    history = history_of(run)
    _numbers(run, history.measurements)
    st.progress(min(run.step / max(run.steps, 1), 1.0), text=_progress(run, history.changes))
    with st.container():
        _words(run, history)
    if not history.measurements and not run.active:
        st.info(say("There are no curves of this run."), icon=":material/inbox:")
        return
    view = _choose_view(run)
    loss, accuracy = drawings.curves_of(history, view, annotations_of(history.changes))
    left, right = st.columns(2)
    test, file = history.curves.test, run.file_name(run.step)
    with left:
        plotly_view(loss, key="loss", alt=loss_in_words(test.losses), file=file)
    with right:
        plotly_view(accuracy, key="accuracy", alt=accuracy_in_words(test.accuracies), file=file)
    st.caption(_tested_images(run))
    _final(run, history.measurements)


def _numbers(run: Run, measurements: Sequence[Measurement]) -> None:
    speed, left = curves.images_per_second(measurements), curves.seconds_left(measurements, run.steps)
    cells = st.columns(4)
    cells[0].metric(say("State"), run.state_in_words)
    tested = next((m for m in reversed(measurements) if m.split in ("test", "final")), None)
    accuracy = accuracy_of(run, tested)
    value, of = "–", None
    if accuracy is not None:
        value = percent(accuracy.value, 2)
        of = say("of {images:,} images, step {step:,}", images=accuracy.images, step=accuracy.step)
    cells[1].metric(say("Accuracy"), value, of, delta_color="off", delta_arrow="off")
    cells[2].metric(say("Images per second"), "–" if speed is None else f"{speed:,.0f}")
    cells[3].metric(say("Time left"), say("{seconds:.0f} s", seconds=left) if run.active and left is not None else "–")


def _progress(run: Run, changes: Sequence[Change]) -> str:
    """How far it is, and the rate that its schedule has come to."""
    settings = after(run.training_settings, changes)
    if settings.schedule == "constant" or not run.steps:
        return say("Step {step:,} of {steps:,}", step=run.step, steps=run.steps)
    return say(
        "Step {step:,} of {steps:,} · learning rate {rate:.2g}",
        step=run.step,
        steps=run.steps,
        rate=schedules.rate(settings, run.step, run.steps),
    )


def _words(run: Run, history: History) -> None:
    """Why it stands still, if it does, and what its curves say."""
    if run.state == "queued":
        st.info(queue_in_words(runs_ahead(run)), icon=":material/hourglass_empty:")
    elif run.message or run.state in SENTENCES:
        said = (str(run.message or ""), say(SENTENCES.get(run.state, "")))
        st.info(" ".join(filter(None, said)), icon=":material/chat:")
    finding = None if run.state == "diverged" else _finding(run, history)  # which its message explains
    if finding:
        st.markdown(say("**Reading the curves.** {finding}", finding=finding))


def _finding(run: Run, history: History) -> Sentence | None:
    """What the curves say, by the settings that hold now."""
    settings = after(run.training_settings, history.changes)
    return diagnosis.diagnose(
        history.measurements,
        history.statistics,
        settings,
        since=max((change.step or 0 for change in history.changes), default=0),
        warming=settings.schedule == "one_cycle" and run.step < schedules.WARM_SHARE * run.steps,
    )


def queue_in_words(ahead: Sequence[Run]) -> str:
    """What a queued run waits for: the runs before it, each with its state and a link."""
    if not ahead:
        return say("It begins at once.")
    shown = joined((_run_in_words(run) for run in ahead[:MOST_NAMED]), mark("{first}; {second}"))
    more = len(ahead) - MOST_NAMED
    if more <= 0:
        return say("Waiting for a free processor. Before it: {runs}.", runs=shown)
    return say_count(
        "Waiting for a free processor. Before it: {runs}; and {count} more.",
        "Waiting for a free processor. Before it: {runs}; and {count} more.",
        more,
        runs=shown,
    )


def _run_in_words(run: Run) -> Sentence:
    """Name, state and link of a run; a visitor has given the name."""
    name, state = escaped(run.name), sentence(STATES[run.state])
    if run.kind != "training":
        return sentence("{name} ({state})", name=name, state=state)
    values = {"name": name, "id": run.id, "state": state, "step": run.step, "steps": run.steps}
    return sentence("[{name}](training?run={id}) ({state}, step {step:,} of {steps:,})", **values)


def escaped(text: str) -> str:
    """A text as Markdown shows it, letter by letter."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def _choose_view(run: Run) -> View:
    axis, scale = st.columns([3, 1], vertical_alignment="bottom")
    with axis:
        buttons(say("Against"), "axis")
    with scale:
        toggle(say("Logarithmic loss"), "log")
    return View(run.id, at("axis"), at("log"))


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


def _tested_images(run: Run) -> str:
    """Of how many images the tests are."""
    everything = datasets.DATASETS[run.training_settings.dataset].test_images
    if everything <= TEST_IMAGES:
        return say("Each test takes all {images:,} test images.", images=everything)
    return say(
        "Each test under way takes the same {images:,} of the {all:,} test images; the one at the end takes all.",
        images=TEST_IMAGES,
        all=everything,
    )


def _final(run: Run, measurements: Sequence[Measurement]) -> None:
    final = next((m for m in reversed(measurements) if m.split == "final"), None)
    if final and final.step == run.step:
        count = len(datasets.load(run.training_settings.dataset).test_labels)
        st.markdown(
            say_count(
                "**{accuracy}** of {count:,} test image is right; test loss {loss:.4f}.",
                "**{accuracy}** of all {count:,} test images are right; test loss {loss:.4f}.",
                count,
                accuracy=percent(final.accuracy, 2),
                loss=final.loss,
            )
        )


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
