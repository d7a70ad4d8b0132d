"""Start; Pause, One batch, Stop, Go on; and what can be changed while a network trains."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz import datasets
from cnnviz.language import say, say_count
from cnnviz.refusal import Refusal
from cnnviz.runs import actions
from cnnviz.runs.actions import MOST_EPOCHS, RESUMABLE
from cnnviz.runs.reader import current_settings
from cnnviz.runs.records import Run
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import CHANGEABLE, SETTINGS, TrainingSettings
from cnnviz.ui.frame.address import put
from cnnviz.ui.frame.pickers import mirror
from cnnviz.ui.frame.refusals import gesture, keep, refusals
from cnnviz.ui.frame.session import show_run
from cnnviz.ui.training.custom_layers import problem

MORE = "more_epochs"


def start_button(settings: TrainingSettings) -> None:
    """Start a training with the settings of the form, greyed where they cannot be."""
    possible = datasets.is_available(settings.dataset) and not (settings.network == "custom" and problem())
    button(say("Start"), "start", lambda: start(settings), enabled=possible, main=True)


def control_buttons(run: Run) -> None:
    """The buttons of a run, those that have no effect now greyed."""
    _pause_or_resume(run)
    button(say("One batch"), "one_batch", _request(run, actions.one_batch), enabled=run.waits)
    button(say("Stop"), "stop", _request(run, actions.stop), enabled=run.active)
    _lower_rate_or_more_epochs(run)


def button(label: str, key: str, act: Callable[[], None], *, enabled: bool = True, main: bool = False) -> None:
    """A button as wide as its place."""
    st.button(
        label,
        key=key,
        on_click=gesture(act),
        disabled=not enabled,
        type="primary" if main else "secondary",
        width="stretch",
    )


def start(settings: TrainingSettings) -> None:
    """Start a training and show it."""
    with refusals(keep):
        run_id, new = actions.start(TrainingJob(settings))
        show_run(run_id)
        if not new:
            st.toast(say("This very training is already running; here it is."), icon=":material/directions_run:")


def _request(run: Run, action: Callable[[str], None]) -> Callable[[], None]:
    """Ask for something that another visitor may have made impossible meanwhile."""
    return lambda: action(run.id)


def _requeue(run: Run, action: Callable[[str], None]) -> Callable[[], None]:
    """Let a run that has ended resume, and follow its newest step."""

    def requeue() -> None:
        action(run.id)
        put(step=None)

    return requeue


def _pause_or_resume(run: Run) -> None:
    if run.waits:
        button(say("Resume"), "resume", _request(run, actions.resume))
    elif run.state in RESUMABLE:
        button(say("Resume"), "resume", _requeue(run, actions.requeue))
    else:
        button(say("Pause"), "pause", _request(run, actions.pause), enabled=run.state == "running")


def _lower_rate_or_more_epochs(run: Run) -> None:
    """Of a run that has diverged, or of one that has finished."""
    rate = actions.lower_rate(run)
    if rate is None:
        _more_epochs(run)
    else:
        button(say("Go on at {rate:g}", rate=rate), "lower_rate", _requeue(run, actions.requeue_at_lower_rate))


def _more_epochs(run: Run) -> None:
    enabled = actions.can_add_epochs(run)
    with st.popover(say("More epochs"), disabled=not enabled, width="stretch", key=MORE, on_change="rerun"):
        room = MOST_EPOCHS - run.training_settings.epochs
        count = st.slider(say("Epochs"), 1, room, min(5, room), key="epochs_more") if enabled and room > 1 else 1
        if enabled and run.training_settings.schedule != "constant":
            st.caption(_stretched(run, count))

        def add() -> None:
            st.session_state[MORE] = False  # close
            _requeue(run, lambda run_id: actions.add_epochs(run_id, count))()

        button(say("Go on"), "add_epochs", add, enabled=enabled, main=True)


def _stretched(run: Run, count: int) -> str:
    """What more epochs do to a schedule."""
    epochs = actions.with_more_epochs(run.training_settings, count).epochs
    before, then = actions.stretched_rates(run, count)
    return say_count(
        "The schedule is stretched over {count} epoch: the learning rate goes from {before:.2g} "
        "to {then:.2g}, and the loss may rise at first.",
        "The schedule is stretched over all {count} epochs: the learning rate goes from {before:.2g} "
        "to {then:.2g}, and the loss may rise at first.",
        epochs,
        before=before,
        then=then,
    )


def change_under_way(run: Run) -> None:
    """Sliders that act on a training from its next batch on; greyed when it has ended."""
    now = current_settings(run)
    with st.container(key="under_way", horizontal=True, wrap=False):
        for name in CHANGEABLE:
            _slide(name, run, now)


def _slide(name: str, run: Run, now: TrainingSettings) -> None:
    setting, value = SETTINGS[name], getattr(now, name)
    whole = setting.scheduled and now.schedule != "constant"
    said = say(setting.label)
    label = say("{setting} at its highest", setting=said) if whole else say("{setting} now", setting=said)

    def change(chosen: float) -> None:
        actions.change_settings(run.id, {name: chosen})

    arguments = mirror(f"now_{name}", value, change)
    idle = not run.active or not setting.applies(now.to_dict())
    st.select_slider(label, _legal(now, name), value, format_func="{:g}".format, disabled=idle, **arguments)


@functools.lru_cache(64)
def _legal(now: TrainingSettings, name: str) -> Sequence[float]:
    """The positions that a setting may take beside the others as they are now, its own among them."""
    options = sorted({*SETTINGS[name].positions, getattr(now, name)})
    return [option for option in options if _is_legal(now, name, option)]


def _is_legal(now: TrainingSettings, name: str, value: float) -> bool:
    try:
        now.but(**{name: value})
    except Refusal:
        return False
    return True
