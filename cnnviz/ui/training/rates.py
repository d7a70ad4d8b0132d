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
from cnnviz.training.records import RatesTried, SafeRates
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import expander
from cnnviz.ui.frame.ends import result_of
from cnnviz.ui.frame.refusals import gesture, keep, refusals
from cnnviz.ui.frame.run_bar import watch


def find_rate(settings: TrainingSettings) -> None:
    """A short training whose rate grows; it shows a region and commands nothing."""
    with expander(say("Find a learning rate"), "find_rate", ":material/search:"):
        if not at("find_rate"):
            return
        job = RatesJob(settings)
        label = say("Try 100 rates")
        st.button(label, key="try_rates", on_click=gesture(_start), args=(job,))
        with st.container():
            made = result_of(newest_run(job), label)
            if made is None:
                st.caption(
                    say(
                        "A fresh network trains up to 100 batches, the first at a rate of 1e-6, each at a higher one, "
                        "up to 1, until the loss explodes."
                    )
                )
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
    plotly_view(rates_tried(found, now), key="rates", alt=_in_words(found), file=run.file_name(run.step))
    st.caption(_in_words(found))
    if found.safe is not None:
        st.caption(_place(now, found.safe))


def _in_words(found: RatesTried) -> str:
    """What the trial says."""
    if found.safe is None:
        return say("At none of these rates does the loss fall by more than it scatters from batch to batch.")
    return say(
        "From {low:.2g} on the loss falls; at {fallen:.2g} most of its fall is done. A training, which is longer, "
        "is safe up to a third of that (shaded), {high:.2g}.",
        low=found.safe.low,
        high=found.safe.high,
        fallen=found.safe.fallen,
    )


def _place(now: float, safe: SafeRates) -> str:
    """Where the rate that is chosen stands, and why it may do well outside."""
    if now < safe.low:
        return say(
            "The rate chosen, {now:g} (dotted), is lower: a batch lowers the loss by less, "
            "which the many batches of a training make up for.",
            now=now,
        )
    if now > safe.high:
        return say(
            "The rate chosen, {now:g} (dotted), is higher. The trial took each rate for one batch: a whole training "
            "at this one may do as well, or fail, by network and seed.",
            now=now,
        )
    return say("The rate chosen, {now:g} (dotted), is among them.", now=now)
