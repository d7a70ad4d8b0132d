"""Controls that several pages have."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st

from cnnviz import datasets
from cnnviz.datasets import DATASETS
from cnnviz.language import say, sentence
from cnnviz.runs import demo
from cnnviz.runs.demo import is_demo
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.ui.frame.address import bound, fragment, stop_page
from cnnviz.ui.frame.header import data_badge
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.session import current_run, show_run, trainings


def run_bar() -> Run:
    """The picker of the run and the badge of its data, in one line of any width from 200 px.

    It ends the page with what to do when there is nothing to show.
    """
    run = current_run()
    if run is None:
        st.error(say("No run could be opened. Train a network first."), icon=":material/build:")
        stop_page()
    with st.container(key="run_bar", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        pick_run(run)
        data_badge(run)
    problem = datasets.problem(run.training_settings.dataset)
    if problem:
        label = sentence(DATASETS[run.training_settings.dataset].label)
        st.warning(
            say("This run was trained on {dataset}. {problem}", dataset=label, problem=problem),
            icon=":material/cloud_off:",
        )
        with_digits = demo.RUN_OF["digits"]
        if run.id != with_digits:
            st.button(
                say("Show the same with the digits"), key="with_digits", on_click=gesture(show_run), args=(with_digits,)
            )
        stop_page()
    return run


def pick_run(run: Run) -> None:
    """A list of the trainings, the newest first."""
    titles = {known.id: run_title(known) for known in [*trainings(), run]}
    arguments = bound("run", *titles.values(), index=list(titles).index(run.id))
    st.selectbox(say("Run"), list(titles), format_func=titles.__getitem__, label_visibility="collapsed", **arguments)


def run_title(run: Run) -> str:
    """Name and id of a run: the browser answers with this text, so it is unique and does not change with the run."""
    return run.name if is_demo(run.id) else f"{run.name} · {run.id}"


def watch(run: Run, draw: Callable[[Run], None]) -> None:
    """Draw a run twice a second while it is active, without the rest of the page.

    The whole page is drawn anew when the run is no longer in the state in which the page has drawn it.
    """
    page = page_path()

    def look() -> None:
        if page_path() != page:
            return  # the timer of a page that the visitor has just left
        now = current_store().runs.get(run.id)
        if now is None or now.state != run.state:
            st.rerun()  # the whole page: its buttons depend on the run
        draw(now)

    fragment(look, run_every=0.5 if run.active else None, place=run.kind)()


def page_path() -> str:
    """Where in the dashboard the visitor is."""
    return urlsplit(st.context.url or "").path
