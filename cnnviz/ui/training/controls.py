"""Start, Pause, One batch, Stop, Go on; and what can be changed while a network trains."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz import datasets
from cnnviz.language import say
from cnnviz.networks import NETWORKS
from cnnviz.refusal import Refusal
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.settings import CHANGEABLE, SETTINGS, TrainingSettings, limits
from cnnviz.training import loop
from cnnviz.training.changes import after
from cnnviz.training.records import Change
from cnnviz.training.schedules import rate
from cnnviz.ui.frame.address import put
from cnnviz.ui.frame.pickers import mirror
from cnnviz.ui.frame.session import show_run
from cnnviz.ui.training.custom_layers import problem

RESUMABLE = ("stopped", "crashed", "interrupted", "failed")
MOST_EPOCHS = int(limits("epochs").high)
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
        button("One batch", "one_batch", _wish(run, current_store().one_step), enabled=run.state == "paused")
    with slots[3]:
        button("Stop", "stop", _wish(run, current_store().stop), enabled=run.active)
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
            now = current_store().get(run.id)
            st.toast(f"No effect: this run is {now.state if now else 'deleted'}.", icon="🤷")

    return ask


def _pause_or_resume(run: Run) -> None:
    store = current_store()
    if run.state == "paused":
        button("Resume", "resume", _wish(run, store.go_on))
    elif run.state in RESUMABLE:
        button("Resume", "resume", lambda: take_up(run, run.training_settings))
    else:
        button("Pause", "pause", _wish(run, store.pause), enabled=run.state == "running")


def take_up(run: Run, settings: TrainingSettings, change: Change | None = None) -> None:
    """Queue a run that has ended once more, to go on from where it was."""
    name = title(settings) if run.name == title(run.training_settings) else run.name
    if current_jobs().go_on(run.id, name, settings.to_dict(), change):
        put(step=None)
    else:
        st.toast("This run cannot go on: it was deleted, or it or an equal one is active.", icon="🤷")


def _go_on(run: Run) -> None:
    """More epochs for a run that has finished; a lower rate for one that has diverged."""
    settings = run.training_settings
    if run.state == "diverged" and current_artifacts().has_state(run.id):
        lower = max(current_settings(run).learning_rate / 10, limits("learning_rate").low)
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
    return after(run.training_settings, [change for _, change in current_store().changes(run.id)])


def change_under_way(run: Run) -> None:
    """Sliders that act on the training from its next batch on."""
    if not run.active:
        return
    now = current_settings(run)
    st.caption("From the next batch on:")
    for name, column in zip(CHANGEABLE, st.columns(len(CHANGEABLE)), strict=True):
        with column:
            _slide(name, run, now)


def _slide(name: str, run: Run, now: TrainingSettings) -> None:
    setting, value = SETTINGS[name], getattr(now, name)
    whole = setting.scheduled and now.schedule != "constant"
    said = say(setting.label)
    label = say("{setting} at its highest", setting=said) if whole else say("{setting} now", setting=said)
    key = mirror(f"now_{name}", value)

    def change() -> None:
        wanted = Change({name: st.session_state[key]})
        _wish(run, lambda run_id: current_store().change(run_id, wanted))()

    options = [option for option in sorted({*setting.positions, value}) if _is_legal(now, name, option)]
    idle = not setting.applies(now.to_dict())
    st.select_slider(label, options, format_func="{:g}".format, key=key, on_change=change, disabled=idle)


def _is_legal(now: TrainingSettings, name: str, value: float) -> bool:
    try:
        now.but(**{name: value})
    except Refusal:
        return False
    return True
