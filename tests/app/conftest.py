"""Pages run in this process, without a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from cnnviz.runs.store import current_store
from tests.conftest import ROOT


@pytest.fixture
def visit(mnist) -> Iterator[Callable[..., AppTest]]:
    """visit(page, **address) opens a page of the dashboard as a new visitor."""

    def open_page(page: str, /, **address: str) -> AppTest:
        app = AppTest.from_file(ROOT / "app.py", default_timeout=180).run()
        app.switch_page(f"pages/{page}.py")
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    yield open_page
    for run in [*current_store().runs.newest("training"), *current_store().runs.newest("embedding")]:
        current_store().requests.stop(run.id)


def picker(app: AppTest, name: str) -> Selectbox:
    """A list that shows what other controls mean: its key counts how often they came to mean something else."""
    (found,) = (box for box in app.selectbox if re.fullmatch(rf"{name}(_\d+)?", box.key))
    return found


@pytest.fixture
def until() -> Callable[..., AppTest]:
    """until(app, ready) looks at a page again and again, as its timer would, until it is ready."""

    def wait(app: AppTest, ready: Callable[[AppTest], object], patience: float = 120) -> AppTest:
        end = time.monotonic() + patience
        while not ready(app):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.1)
            app.run()
        return app

    return wait


@pytest.fixture
def fresh_server() -> Iterator[None]:
    """What a server keeps in memory is forgotten before and after."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
