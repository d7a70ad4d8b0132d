"""What a visitor looks at: the run, its snapshot and the image, the same on every page, and in the address."""

from __future__ import annotations

import re

import streamlit as st

from cnnviz import datasets
from cnnviz.language import say
from cnnviz.runs import demo
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import Control, whole

RUN_ID = re.compile(r"[a-z0-9-]{4,32}")


def _follow_run() -> None:
    put(step=None)  # the last snapshot of another run is shown


RUN = Control("run", None, str, then=_follow_run)
STEP = whole("step")  # none: the newest snapshot
IMAGE = whole("image", 0)


def show_run(run_id: str) -> None:
    """Make this the run of all pages; its own last snapshot is shown."""
    put(run=run_id, step=None)


def current_run() -> Run | None:
    """The training run that was chosen, else the demo run of a data set that is here."""
    wanted = at("run")
    run = current_store().runs.get(wanted) if wanted is not None and RUN_ID.fullmatch(wanted) else None
    if run is None or run.kind != "training":
        if wanted is not None:
            st.warning(
                say("There is no run of the name in this address; the demo run is shown instead."),
                icon=":material/search:",
            )
            put(step=None)
        run = current_store().runs.get(demo.RUN_OF[datasets.default()])
    if run is not None and run.id != wanted:
        put(run=run.id)
    return run


def trainings(limit: int = 50) -> list[Run]:
    """The newest trainings, and at the end the demo runs, which are always to be had."""
    store = current_store()
    newest = {run.id: run for run in store.runs.newest("training", limit)}
    demos = [newest.pop(run_id, None) or store.runs.get(run_id) for run_id in demo.RUN_OF.values()]
    return [*newest.values(), *filter(None, demos)]
