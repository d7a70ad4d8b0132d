"""The learning rate finder: what the loss says to a hundred rates."""

from __future__ import annotations

import streamlit as st

from cnnviz.figures.training import rates_tried
from cnnviz.language import say
from cnnviz.runs import actions
from cnnviz.runs.reader import newest_run
from cnnviz.runs.records import Run
from cnnviz.runs.work.rates import RatesJob
from cnnviz.settings import TrainingSettings
from cnnviz.training.rate_finder import STEPS
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import expander
from cnnviz.ui.frame.ends import result_of
from cnnviz.ui.frame.refusals import gesture, keep, refusals
from cnnviz.ui.frame.run_bar import watch


def find_rate(settings: TrainingSettings) -> None:
    """A short training whose rate grows; it shows a region and commands nothing."""
    with expander(say("Find a learning rate"), "find_rate", "🔭"):
        if not at("find_rate"):
            return
        job = RatesJob(settings)
        label = say("Try 100 rates")
        st.button(label, key="try_rates", on_click=gesture(_start), args=(job,))
        with st.container():
            made = result_of(newest_run(job), label)
            if made is None:
                st.caption(say("A fresh network trains 100 batches, the first at a rate of 1e-6, the last at 1."))
            else:
                watch(made, lambda run: _draw(run, settings.learning_rate))


def _start(job: RatesJob) -> None:
    with refusals(keep):
        actions.start(job)


def _draw(run: Run, now: float) -> None:
    if run.active:
        st.progress(run.step / STEPS, text=say("Batch {step} of {steps}", step=run.step, steps=STEPS))
        return
    found = RatesJob.result(run)
    if found is None:
        return
    alt = say(
        "Loss against the learning rate; it falls fastest from {low:.2g} to {high:.2g}.",
        low=found.low,
        high=found.high,
    )
    plotly_view(rates_tried(found, now), key="rates", height=300, alt=alt, file=run.file_name(run.step))
    st.caption(
        say(
            "Between {low:.2g} and {high:.2g} (shaded) the loss falls fast and safely. The dotted line is "
            "the rate chosen, {now:g}. Nothing was changed.",
            low=found.low,
            high=found.high,
            now=now,
        )
    )
