"""The snapshot that all pages look at: chosen on a slider whose scale is the loss curve, and kept in the address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.language import say
from cnnviz.runs.reader import history_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.training import curves
from cnnviz.ui.components.step_slider import step_slider
from cnnviz.ui.frame.address import put, stop_page, within
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.snapshots import Seen

KEY = "step_slider"


def current_snapshot(run: Run) -> Seen | None:
    """The snapshot that all pages look at, the newest one unless another was chosen; None while there is none."""
    steps = current_store().records.snapshots(run.id)
    return Seen(run, _nearest(steps)) if steps else None


def pick_snapshot(run: Run) -> Seen:
    """The snapshot to look at; ends the page with the reason where there is none.

    Raises:
        Refusal: its weights are gone.
    """
    steps = current_store().records.snapshots(run.id)
    if not steps:
        st.info(none_yet(run), icon=":material/hourglass_empty:" if run.active else ":material/search:")
        stop_page()
    seen = move(run, steps)
    _ = seen.weights  # another visitor may have deleted them
    return seen


def none_yet(run: Run) -> str:
    """Why a run has no snapshot."""
    if run.active:
        return say("This run has no snapshot yet; it keeps one as soon as it starts.")
    return say("This run ended before it kept any weights. Choose another one, or train again.")


def move(run: Run, steps: Sequence[int]) -> Seen:
    """Draw the slider over these steps; the snapshot where it stands."""
    chosen = _nearest(steps)
    if len(steps) > 1:
        smoothed = history_of(run).curves.smoothed
        losses: list[float] = curves.between(steps, smoothed).tolist() if len(smoothed.steps) else []
        step_slider(steps, losses, chosen, key=KEY, on_change=gesture(lambda: _choose(steps)))
    return Seen(run, chosen)


def _choose(steps: Sequence[int]) -> None:
    """Keep the step in the address; the last one is not named, so that a run under way is followed."""
    wanted = st.session_state[KEY].step
    if wanted == steps[-1]:
        put(step=None)
    elif isinstance(wanted, int) and wanted in steps:
        put(step=wanted)


def _nearest(steps: Sequence[int]) -> int:
    wanted = within("step", steps[-1])
    return steps[-1] if wanted is None else min(steps, key=lambda step: abs(step - wanted))
