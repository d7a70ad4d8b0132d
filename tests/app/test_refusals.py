"""Whatever becomes of store or weights: a sentence and "Try again" on every page, a sentence after every gesture."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnviz.refusal import Refusal
from cnnviz.runs.store import current_artifacts, current_store, database
from tests.app.test_pages import PAGES, RUN_PAGES

STORES = [page for page in PAGES if page != "convolution"]  # pages that read the store


@pytest.fixture
def store(home, fresh_server) -> Path:
    """The file of a store of this test's own."""
    return home / "runs.db"


@contextmanager
def a_table_is_gone(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE runs RENAME TO elsewhere")
        try:
            yield
        finally:
            connection.execute("ALTER TABLE elsewhere RENAME TO runs")


@contextmanager
def its_folder_is_away(path: Path) -> Iterator[None]:
    current_store().database.engine.dispose()
    path.parent.rename(path.parent.with_name("elsewhere"))
    try:
        yield
    finally:
        path.parent.with_name("elsewhere").rename(path.parent)


@contextmanager
def it_is_damaged(path: Path) -> Iterator[None]:
    store = current_store()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    good, end = path.read_bytes(), time.monotonic() + 60
    try:
        with suppress(Refusal):
            while time.monotonic() < end:  # whoever looks after the store has a connection, and may know it by heart
                damage(path, b"this is not a database" * 1000)
                store.runs.newest("training")
        yield
    finally:
        damage(path, good)


def damage(path: Path, content: bytes) -> None:
    """Put other bytes in place of a store, and nothing in place of what is still to be written into it."""
    current_store().database.engine.dispose()
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()
    path.write_bytes(content)


@contextmanager
def it_is_locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.rollback()


TROUBLES = {
    a_table_is_gone: "is not as this version of cnnviz has made it",
    its_folder_is_away: "cannot be reached",
    it_is_damaged: "is damaged",
}
EACH = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)


def told(app: AppTest) -> list[str]:
    return [element.value for element in (*app.error, *app.toast)]


@EACH
@pytest.mark.parametrize("page", STORES)
def test_a_page_says_what_has_become_of_the_store_and_tries_again(store, visit, page, trouble):
    app = visit(page)
    with trouble(store):
        app.run()
        assert not app.exception
        assert len(app.error) == 1
        assert TROUBLES[trouble] in app.error[0].value
        (again,) = [button for button in app.button if button.label == "Try again"]
    again.click().run()
    assert not app.exception
    assert not app.error


def gestures(app: AppTest) -> dict[str, Callable[[AppTest], AppTest]]:
    """What a visitor can do on a page, by the keys of its widgets."""

    def press(key: str) -> Callable[[AppTest], AppTest]:
        return lambda page: page.button(key=key).click().run()

    def choose(key: str) -> Callable[[AppTest], AppTest]:
        def other(page: AppTest) -> AppTest:
            box = page.selectbox(key=key)
            return box.set_value(next(o for o in box.options if o != box.value)).run()

        return other

    def push(key: str) -> Callable[[AppTest], AppTest]:
        return lambda page: page.toggle(key=key).set_value(not page.toggle(key=key).value).run()

    def slide(key: str) -> Callable[[AppTest], AppTest]:
        def other(page: AppTest) -> AppTest:
            slider = page.slider(key=key)
            return slider.set_value(slider.max if slider.value != slider.max else slider.min).run()

        return other

    kinds = ((app.button, press), (app.toggle, push), (app.slider, slide))
    found = {w.key: make(w.key) for widgets, make in kinds for w in widgets if w.key and not w.disabled}
    return found | {box.key: choose(box.key) for box in app.selectbox if box.key in ("network", "label", "schedule")}


@pytest.fixture
def run(store, visit, until) -> str:
    """A training of this store that has been stopped: what can be done to one can be done to it."""
    app = visit("training", dataset="digits", network="dense", batch_size="50", subset="100")
    app.button(key="start").click().run()
    run_id = app.query_params["run"]
    until(app, lambda page: current_store().runs.get(run_id).state == "finished")
    return run_id


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_gesture_that_the_store_refuses_is_told(run, store, visit, page, monkeypatch):
    address = {"run": run, "find_rate": "true"} if page == "training" else {"run": run}
    names = gestures(visit(page, **address))
    assert names
    for trouble in (its_folder_is_away, it_is_locked):
        for name in names:
            app = visit(page, **address)
            monkeypatch.setattr(database, "BUSY", 0.0)
            with trouble(store):
                gestures(app)[name](app)
                assert not app.exception, (trouble, name)
                assert told(app) or trouble is it_is_locked, name  # reading goes on
            assert not app.run().exception


@pytest.mark.parametrize("harm", ["truncated", "emptied", "deleted", "made a folder"])
@pytest.mark.parametrize("page", RUN_PAGES)
def test_weights_that_are_harmed_under_a_run_are_told(run, visit, page, harm):
    (step,) = {current_store().records.snapshots(run)[-1]}
    path = Path(current_artifacts().path(run, step))
    content = path.read_bytes()
    path.unlink()
    if harm == "made a folder":
        path.mkdir()
    elif harm != "deleted":
        path.write_bytes(content[: len(content) // 2] if harm == "truncated" else b"")
    st.cache_resource.clear()
    app = visit(page, run=run)
    assert not app.exception
    sentence = f"The weights of run {run} at step {step} are missing or damaged; choose another step, or train again."
    assert [error.value for error in app.error] == [sentence]
    assert [button.label for button in app.button].count("Try again") == 1
