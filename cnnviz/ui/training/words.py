"""What is to be said of a training: why it stands still, if it does, and what its curves say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from cnnviz.language import Sentence, joined, mark, say, say_count, sentence
from cnnviz.runs.reader import History, runs_ahead
from cnnviz.runs.records import STATES, Run
from cnnviz.training import diagnosis, schedules
from cnnviz.training.changes import after

MOST_NAMED = 2  # runs before a queued one
SENTENCES: Mapping[str, str] = {
    "paused": mark("Paused. Take one batch at a time, change the rate, or resume."),
    "suspended": mark("Paused. Its processor went to a training that waited; resume goes on exactly here."),
    "stopped": mark("Stopped. Resume goes on exactly here."),
    "interrupted": mark("Resume goes on from the last state that was saved."),
    "crashed": mark("Resume goes on from the last state that was saved."),
    "failed": mark("Change what is named, then resume or start again."),
    "diverged": mark("The last good weights are kept."),
}


def show_words(run: Run, history: History) -> None:
    """The words, in a place that has room for two lines whether or not there are any."""
    with st.container(key="words"):
        said = " ".join(_words(run, history))
        if said:
            st.markdown(said)


def _words(run: Run, history: History) -> Iterator[str]:
    if run.state == "queued":
        yield queue_in_words(runs_ahead(run))
    if run.message:
        yield escaped(str(run.message))
    if run.state in SENTENCES:
        yield say(SENTENCES[run.state])
    finding = None if run.state == "diverged" else _finding(run, history)  # which its message explains
    if finding:
        yield say("**Reading the curves.** {finding}", finding=finding)


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
