"""The learning rate finder: what the loss says to a hundred rates."""

from __future__ import annotations

import streamlit as st

from cnnviz import datasets
from cnnviz.figures.training import rates_tried
from cnnviz.refusal import Refusal
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop
from cnnviz.training.rate_finder import STEPS
from cnnviz.training.records import RatesTried
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import expander
from cnnviz.ui.frame.run_bar import watch


def find_rate(settings: TrainingSettings) -> None:
    """A short training whose rate grows; it shows a region and commands nothing."""
    with expander("Find a learning rate", "find_rate", "🔭"):
        if not at("find_rate"):
            return
        wanted = {**settings.to_dict(), "learning_rate": 1e-3, "epochs": 1, "schedule": "constant"}
        st.button("Try 100 rates", key="try_rates", on_click=_start, args=(settings, wanted))
        made = current_store().find("rates", wanted)
        with st.container():
            if made is None:
                st.caption("A fresh network trains 100 batches, the first at a rate of 1e-6, the last at 1.")
            else:
                watch(made, lambda run: _draw(run, settings.learning_rate))


def _start(settings: TrainingSettings, wanted: dict[str, object]) -> None:
    try:
        loop.check(settings, datasets.load(settings.dataset))
    except Refusal as refusal:
        st.session_state["refusal"] = str(refusal)
        return
    current_jobs().submit("rates", "Learning rates", wanted)


def _draw(run: Run, now: float) -> None:
    if run.active:
        st.progress(run.step / STEPS, text=f"Batch {run.step} of {STEPS}")
        return
    found = RatesTried(**run.result)
    alt = f"Loss against the learning rate; it falls fastest from {found.low:.2g} to {found.high:.2g}."
    plotly_view(rates_tried(found, now), key="rates", height=300, alt=alt)
    st.caption(
        f"Between {found.low:.2g} and {found.high:.2g} (shaded) the loss falls fast and safely. The dotted line is "
        f"the rate chosen, {now:g}. Nothing was changed."
    )
