"""Start, Pause, One batch, Stop, Go on; and what can be changed while a network trains."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz import datasets
from cnnviz.networks import NETWORKS
from cnnviz.refusal import Refusal
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.settings import LIMITS, WITH_MOMENTUM, TrainingSettings
from cnnviz.training import loop
from cnnviz.training.changes import after
from cnnviz.training.records import Change
from cnnviz.training.schedules import rate
from cnnviz.ui.frame.address import forget
from cnnviz.ui.frame.session import show_run
from cnnviz.ui.training.custom_layers import problem
from cnnviz.ui.training.settings_form import NUMBERS

RESUMABLE = ("stopped", "crashed", "interrupted", "failed")
MOST_EPOCHS = int(LIMITS["epochs"].high)
MORE = "more_epochs"


def control_buttons(settings: TrainingSettings, run: Run) -> None:
    """The buttons, those that have no effect now greyed."""
    slots = st.columns(5)
    with slots[0]:
        possible = datasets.is_available(settings.dataset) and not (settings.network == "custom" and problem())
        button("Start", "start", lambda: start(settings), enabled=possible, main=True)
    with slots[1]:
        _pause_or_resume(run)
    with slots[2]:
        button("One batch", "one_batch", _wish(run, current_store().requests.step), enabled=run.state == "paused")
    with slots[3]:
        button("Stop", "stop", _wish(run, current_store().requests.stop), enabled=run.active)
    with slots[4]:
        _go_on(run)


def button(label: str, key: str, act: Callable[[], None], *, enabled: bool = True, main: bool = False) -> None:
    """A button as wide as its column."""
    st.button(
        label, key=key, on_click=act, disabled=not enabled, type="primary" if main else "secondary", width="stretch"
    )


def start(settings: TrainingSettings) -> None:
    """Queue a training and show it."""
    try:
        loop.check(settings, datasets.load(settings.dataset))
    except Refusal as refusal:
        st.session_state["refusal"] = str(refusal)
        return
    run_id, new = current_jobs().submit("training", title(settings), settings.to_dict())
    show_run(run_id)
    if not new:
        st.toast("This very training is already running; here it is.", icon="🏃")


def title(settings: TrainingSettings) -> str:
    """The name that a run gets by itself."""
    return NETWORKS[settings.network].title(settings)


def _wish(run: Run, want: Callable[[str], bool]) -> Callable[[], None]:
    """Ask for something that another visitor may have made impossible meanwhile."""

    def ask() -> None:
        if not want(run.id):
            now = current_store().runs.get(run.id)
            st.toast(f"No effect: this run is {now.state if now else 'deleted'}.", icon="🤷")

    return ask


def _pause_or_resume(run: Run) -> None:
    store = current_store()
    if run.state == "paused":
        button("Resume", "resume", _wish(run, store.requests.resume))
    elif run.state in RESUMABLE:
        button("Resume", "resume", lambda: take_up(run, run.training_settings))
    else:
        button("Pause", "pause", _wish(run, store.requests.pause), enabled=run.state == "running")


def take_up(run: Run, settings: TrainingSettings, change: Change | None = None) -> None:
    """Queue a run that has ended once more, to go on from where it was."""
    name = title(settings) if run.name == title(run.training_settings) else run.name
    if current_jobs().go_on(run.id, name, settings.to_dict(), change):
        forget("step")
    else:
        st.toast("This run cannot go on: it was deleted, or it or an equal one is active.", icon="🤷")


def _go_on(run: Run) -> None:
    """More epochs for a run that has finished; a lower rate for one that has diverged."""
    settings = run.training_settings
    if run.state == "diverged" and current_artifacts().has_state(run.id):
        lower = max(current_settings(run).learning_rate / 10, LIMITS["learning_rate"].low)
        change = Change({"learning_rate": lower})
        button(f"Go on at {lower:g}", "go_on", lambda: take_up(run, settings, change))
        return
    enabled = run.state == "finished" and settings.epochs < MOST_EPOCHS and current_artifacts().has_state(run.id)
    with st.popover("More epochs", disabled=not enabled, width="stretch", key=MORE, on_change="rerun"):
        room = MOST_EPOCHS - settings.epochs
        count = st.slider("Epochs", 1, room, min(5, room), key="epochs_more") if enabled and room > 1 else 1
        longer = settings.but(epochs=min(settings.epochs + count, MOST_EPOCHS), target_accuracy=0.0, patience=0)
        if enabled and settings.schedule != "constant":
            st.caption(_stretched(run, longer))

        def go_on() -> None:
            st.session_state[MORE] = False  # close
            take_up(run, longer)

        button("Go on", "go_on", go_on, enabled=enabled, main=True)


def _stretched(run: Run, longer: TrainingSettings) -> str:
    """What more epochs do to a schedule."""
    now, done = current_settings(run), run.step / run.steps
    before, then = (rate(now, share) for share in (done, done * now.epochs / longer.epochs))
    return (
        f"The schedule is stretched over all {longer.epochs} epochs: the learning rate goes from {before:.2g} "
        f"to {then:.2g}, and the loss may rise at first."
    )


def current_settings(run: Run) -> TrainingSettings:
    """The settings of a run with all changes made under way."""
    return after(run.training_settings, [change for _, change in current_store().requests.changes(run.id)])


def change_under_way(run: Run) -> None:
    """Sliders that act on the training from its next batch on."""
    if not run.active:
        return
    now = current_settings(run)
    st.caption("From the next batch on:")
    columns = st.columns(3)
    with columns[0]:
        label = "Learning rate now" if now.schedule == "constant" else "Learning rate at its highest"
        _slide(label, "learning_rate", run, now, "{:g}".format)
    with columns[1]:
        _slide("Momentum now", "momentum", run, now, "{:g}".format, enabled=now.optimiser in WITH_MOMENTUM)
    with columns[2]:
        _slide("Weight decay now", "weight_decay", run, now, "{:g}".format)


def _slide(
    label: str,
    name: str,
    run: Run,
    now: TrainingSettings,
    format_func: Callable[[float], str],
    *,
    enabled: bool = True,
) -> None:
    key, value = f"now_{name}", getattr(now, name)
    options = sorted({*NUMBERS[name], value})
    if name == "momentum" and now.nesterov:
        options = [option for option in options if option > 0]
    st.session_state[key] = value

    def change() -> None:
        wanted = Change({name: st.session_state[key]})
        _wish(run, lambda run_id: current_store().requests.change(run_id, wanted))()

    st.select_slider(label, options, format_func=format_func, key=key, on_change=change, disabled=not enabled)
