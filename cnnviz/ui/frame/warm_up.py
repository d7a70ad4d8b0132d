"""What a server does once, at best before its first visitor comes: folders, demo runs, MNIST, and what takes long to
import.

The pages of the first lessons need no torch, so that their first picture need not wait for it.
"""

from __future__ import annotations

import gc
import importlib
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st

from cnnviz import datasets
from cnnviz.configuration import Configuration
from cnnviz.refusal import Refusal
from cnnviz.runs import actions, demo
from cnnviz.runs.jobs import jobs
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.work.download import DownloadJob
from cnnviz.ui.components.shared import static

FIRST = ("pandas", "cnnviz.ui.convolution.operation", "cnnviz.ui.convolution.stack", "cnnviz.ui.frame.runs_table")
LATER = ("cnnviz.ui.training.inside", "cnnviz.ui.training.architecture", "cnnviz.ui.training.files")  # with torch
UNTIL_DRAWN = 2.0  # seconds, in which a browser has drawn what it was sent: its files come from this process too
UNTIL_VISITED = 3.0  # seconds, after which nobody waits for a first picture

_visited = threading.Event()


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[dict[str, object]]:
    """From the start of the server to its end: get ready beside what it does."""
    threading.Thread(target=_get_ready, daemon=True, name="warm-up").start()
    yield {}


def _get_ready() -> None:
    with suppress(Refusal):  # the first page says it
        warm_up(Configuration.from_environment())
    for module in FIRST:
        importlib.import_module(module)
    if _visited.wait(UNTIL_VISITED):
        time.sleep(UNTIL_DRAWN)
    for module in LATER:
        importlib.import_module(module)
    _rest()


@st.cache_resource(show_spinner=False)
def warm_up(configuration: Configuration) -> None:
    """Everything but the imports; Refusal where the configuration cannot work."""
    configuration.check()
    threading.Thread(target=jobs.warm_up, daemon=True, name="jobs").start()
    static.serve_plotly()
    static.clean()
    demo.install(current_store(), current_artifacts())
    if not datasets.is_available("mnist"):
        start_download()
    _rest()


def visit() -> None:
    """Somebody is here."""
    _visited.set()


def _rest() -> None:
    """What is loaded now stays: the collector need not look at it after every rerun."""
    gc.collect()
    gc.freeze()


def start_download() -> None:
    """Fetch MNIST in the background."""
    actions.start(DownloadJob("mnist"))
