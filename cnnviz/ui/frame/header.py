"""The top of every page: title, the sentence of the lesson, and the state of the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from cnnviz import datasets
from cnnviz.configuration import Configuration
from cnnviz.language import say
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.ui.components.page_tools import page_tools
from cnnviz.ui.frame import navigation
from cnnviz.ui.frame.address import at, fragment, memory, publish, put, settle
from cnnviz.ui.frame.controls import Control, switch
from cnnviz.ui.frame.ends import result_of
from cnnviz.ui.frame.refusals import gesture, guard_page
from cnnviz.ui.frame.warm_up import start_download, visit, warm_up

PRESENT = switch("present")  # whether the presenter view is shown
KEPT = ("run", "present")  # what Reset leaves as it is


def open_page(title: str, description: str, controls: Sequence[Control] = ()) -> None:
    """Warm up, write title and description, and set the page's controls to what the address says.

    Raises:
        Refusal: the configuration cannot work.
    """
    if navigation.KNOWN not in st.session_state:  # one of a server's first visitors came straight here, past app.py
        navigation.navigation()
        st.rerun()
    visit()
    st.set_page_config(layout="wide")
    guard_page(publish)
    warm_up(Configuration.from_environment())
    with st.container(key="header", horizontal=True, vertical_alignment="bottom"):
        st.title(title, anchor=False, width="content")
        st.caption(description, width="stretch")
    settle(title, [*controls, PRESENT])


def end_page() -> None:
    """The last line of every page: its tools, and the address, which follows what was drawn.

    The tools are drawn last, so that the Tab key reaches the lesson first.
    """
    publish()
    with st.container(key="tools", horizontal=True, gap=None):
        _tool(say("Undo"), "undo", memory().undo)
        _tool(say("Reset"), "restart_alt", lambda: memory().reset(*KEPT))
        page_tools(presents=at("present"), key="page_tools", on_present=gesture(_present))


def _tool(label: str, icon: str, act: Callable[[], None]) -> None:
    """A button of the bar; Undo is never greyed, since a part of the page may change what it undoes."""
    st.button(label, key=f"tool_{icon}", icon=f":material/{icon}:", type="tertiary", on_click=gesture(act))


def _present() -> None:
    put(present=st.session_state["page_tools"].presents)


def data_badge(run: Run | None = None) -> None:
    """Which images are shown, and what became of MNIST when it is not here."""
    name = run.training_settings.dataset if run else datasets.default()
    spec = datasets.DATASETS[name]
    st.badge(say(spec.label), color="blue" if name == "mnist" else "orange", help=say(spec.description))
    if not datasets.is_available("mnist"):
        fragment(download_badge, run_every=1.0)()


def download_badge() -> None:
    """In a word how far the download of MNIST is, or that MNIST is missing, and why when it is pointed at."""
    download = _download()
    if download and download.active:
        st.badge(_progress(download), color="gray")
    else:
        st.badge(say("MNIST is missing"), color="orange", help=_why_missing(download))


def download_state() -> None:
    """The progress of the download of MNIST, or in one line why it is missing and what to do."""
    download = _download()
    if download and download.active:
        st.progress(download.step / max(download.steps, 1), text=_progress(download))
        return
    label = say("Download MNIST")
    if download is None or download.state in ("failed", "finished"):
        st.warning(_why_missing(download), icon=":material/cloud_off:")  # which says what to do
    else:
        result_of(download, label)
    st.button(label, on_click=gesture(start_download), key="download_mnist")


def _download() -> Run | None:
    """The newest download of MNIST; the whole page is drawn anew when MNIST is here."""
    if datasets.is_available("mnist"):
        st.rerun()
    return next(iter(current_store().runs.newest("download", 1)), None)


def _why_missing(download: Run | None) -> str:
    return str((download and download.message) or datasets.problem("mnist"))


def _progress(download: Run) -> str:
    """How much has come of how many bytes; they are not known until the mirror has answered."""
    if not download.steps:
        return say("Downloading MNIST: asking the mirror")
    done, all_of_it = download.step / 1e6, download.steps / 1e6
    return say("Downloading MNIST: {done:.1f} of {all:.1f} MB", done=done, all=all_of_it)
