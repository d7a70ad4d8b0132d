"""Controls that several pages have."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import streamlit as st

from cnnviz import datasets
from cnnviz.datasets import DATASETS
from cnnviz.networks import NETWORKS
from cnnviz.records import Run
from cnnviz.runs import current_store
from cnnviz.ui.cache import run_of
from cnnviz.ui.header import data_badge
from cnnviz.ui.session import current_run, recall_number, remember, show_run


def run_bar() -> Run:
    """The picker of the run and the badge of its data; ends the page with what to do when there is nothing to show."""
    run = current_run()
    if run is None:
        st.error("No run could be opened. Train a network first.", icon="🔧")
        st.stop()
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        pick_run(run)
    with right:
        data_badge(run)
    problem = datasets.problem(run.training_settings.dataset)
    if problem:
        label = DATASETS[run.training_settings.dataset].label
        st.warning(f"This run was trained on {label}. {problem}", icon="📡")
        st.stop()
    return run


def pick_run(run: Run) -> None:
    """A list of the trainings, the newest first."""
    known = {known.id: known for known in [*current_store().newest("training"), run]}
    st.session_state["run_picker"] = run.id
    st.selectbox(
        "Run",
        list(known),
        format_func=lambda run_id: run_title(known[run_id]),
        key="run_picker",
        on_change=choose_picked,
    )


def run_title(run: Run) -> str:
    """Name and id of a run: the browser answers with this text, so it is unique and does not change with the run."""
    return run.name if run.id.startswith("demo-") else f"{run.name} · {run.id}"


def choose_picked() -> None:
    """Show the run that was picked; nothing when the list has changed under the visitor's hand."""
    picked = st.session_state["run_picker"]
    if picked is not None:
        show_run(picked)


def current_step(run: Run) -> int | None:
    """The snapshot that all pages look at, None while there is none."""
    steps = current_store().snapshots(run.id)
    return _nearest(steps) if steps else None


def _nearest(steps: Sequence[int]) -> int:
    wanted = recall_number("step", steps[-1], steps[-1])
    return min(steps, key=lambda step: abs(step - wanted))


def pick_step(run: Run) -> int:
    """The snapshot to look at: a slider over the steps at which weights were kept, the last one by default."""
    steps = current_store().snapshots(run.id)
    if not steps:
        if run.active:
            st.info("This run has no snapshot yet; it keeps one as soon as it starts.", icon="⏳")
        else:
            st.info("This run ended before it kept any weights. Choose another one, or train again.", icon="🔎")
        st.stop()
    nearest = _nearest(steps)
    if len(steps) == 1:
        return nearest
    st.session_state["step_slider"] = nearest
    return st.select_slider(
        "Snapshot after training step",
        steps,
        key="step_slider",
        on_change=lambda: remember("step", str(st.session_state["step_slider"])),
    )


def pick_image(count: int) -> int:
    """The test image to look at, by its number."""
    chosen = recall_number("image", count - 1, 0)
    st.session_state["image_number"] = chosen
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    left.slider(
        "Test image",
        0,
        count - 1,
        key="image_number",
        on_change=lambda: remember("image", str(st.session_state["image_number"])),
    )
    right.button("Another one", on_click=lambda: remember("image", str(random.randrange(count))), width="stretch")
    return chosen


def runs_table(runs: Sequence[Run]) -> None:
    """Trainings, one per row, each with a link to its curves."""
    rows = [
        {
            "Run": run.name,
            "Data set": DATASETS[run.training_settings.dataset].label,
            "Network": NETWORKS[run.training_settings.network].label,
            "State": run.state,
            "Test accuracy": run.accuracy,
            "Started": datetime.fromtimestamp(run.created),
            "Curves": f"training?run={run.id}",
        }
        for run in runs
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "Test accuracy": st.column_config.NumberColumn(format="percent"),
            "Started": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
            "Curves": st.column_config.LinkColumn(display_text="open"),
        },
        alt=f"{len(runs)} runs.",
    )


def watch(run_id: str, draw: Callable[[Run], None]) -> None:
    """Draw a run twice a second while it is active, without drawing the rest of the page; once more at its end."""
    active, page = run_of(run_id).active, page_path()

    def look() -> None:
        if page_path() != page:
            return  # the timer of a page that the visitor has just left
        run = run_of(run_id)
        if active and not run.active:
            st.rerun()  # the whole page: its buttons depend on the run
        draw(run)

    st.fragment(look, run_every=0.5 if active else None)()


def page_path() -> str:
    """Where in the dashboard the visitor is."""
    return urlsplit(st.context.url or "").path
