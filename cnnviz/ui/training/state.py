"""The state of a training in one line: how it stands, how well it does, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from cnnviz.language import Sentence, joined, mark, say, sentence
from cnnviz.numbers import percent
from cnnviz.runs.reader import History, accuracy_of
from cnnviz.runs.records import STATES, Run
from cnnviz.training import curves, schedules
from cnnviz.training.changes import after


def show_state(run: Run, history: History) -> None:
    """The line, and as a bar how far it is."""
    st.progress(min(run.step / max(run.steps, 1), 1.0), text=state_in_words(run, history))


def state_in_words(run: Run, history: History) -> str:
    """The state, the newest accuracy and of how many images it is, the step, the speed, and the time that is left."""
    return say(joined(_parts(run, history), mark("{first} · {second}")))


def _parts(run: Run, history: History) -> Iterator[Sentence]:
    yield sentence("**{state}**", state=sentence(STATES[run.state]))
    accuracy = _accuracy(run, history)
    if accuracy is not None:
        yield accuracy
    if run.steps:  # which are known once it has begun
        yield sentence("step {step:,} of {steps:,}", step=run.step, steps=run.steps)
    settings = after(run.training_settings, history.changes)
    if run.steps and settings.schedule != "constant":
        yield sentence("learning rate {rate:.2g}", rate=schedules.rate(settings, run.step, run.steps))
    speed = curves.images_per_second(history.measurements)
    if speed is not None:
        yield sentence("{speed:,.0f} images/s", speed=speed)
    left = curves.seconds_left(history.measurements, run.steps)
    if run.active and left is not None:
        yield sentence("{seconds:.0f} s left", seconds=left)


def _accuracy(run: Run, history: History) -> Sentence | None:
    """The accuracy of the last test; at the end of a training all test images are asked, and their loss is told."""
    tested = next((m for m in reversed(history.measurements) if m.split in ("test", "final")), None)
    accuracy = accuracy_of(run, tested)
    if accuracy is None:
        return None
    values = {"accuracy": percent(accuracy.value, 2), "images": accuracy.images}
    if tested is not None and tested.split == "final" and tested.step == run.step:
        template = mark("**{accuracy}** of all {images:,} test images, test loss {loss:.4f}")
        return sentence(template, loss=tested.loss, **values)
    return sentence("**{accuracy}** of {images:,} test images at step {step:,}", step=accuracy.step, **values)
