"""What many visitors see of one run is read and drawn once."""

from __future__ import annotations

import time

import pytest

from cnnviz.figures.training import View
from cnnviz.runs.reader import FRESH, history_of
from cnnviz.runs.store import current_store
from cnnviz.runs.store.record_tables import Records
from cnnviz.training.records import Change, Measurement
from cnnviz.ui.training.drawings import figures_of


def batch(step):
    return Measurement(step, "batch", 1 / step, 0.5, 50 * step, 0.1 * step)


@pytest.fixture
def running(home):
    """A run that its worker has taken, and its attempt."""
    run_id, _ = current_store().runs.create("training", "a run", {"seed": 1})
    return run_id, current_store().runs.claim(run_id)


def seen(run_id):
    """The steps of the batches that a visitor sees."""
    history = history_of(current_store().runs.get(run_id))
    return [m.step for m in history.measurements if m.split == "batch"]


def test_visitors_share_what_was_read(running):
    run_id, attempt = running
    store = current_store()
    store.write(run_id, attempt, Records([batch(1), batch(2)]), step=2)
    assert seen(run_id) == [1, 2]
    run = store.runs.get(run_id)
    first = history_of(run)
    store.write(run_id, attempt, Records([batch(3)]), step=3)
    assert history_of(run) is first
    assert figures_of(first.curves, View(run_id), ()) is figures_of(history_of(run).curves, View(run_id), ())
    time.sleep(FRESH + 0.05)
    assert seen(run_id) == [1, 2, 3]


def test_a_pause_is_shown_as_it_is(running):
    run_id, attempt = running
    store = current_store()
    store.runs.set_state(run_id, attempt, "paused")
    store.write(run_id, attempt, Records([batch(1)]), step=1)
    assert seen(run_id) == [1]
    store.write(run_id, attempt, Records([batch(2)]), step=2)
    assert seen(run_id) == [1, 2]
    store.requests.change(run_id, Change({"momentum": 0.5}))
    time.sleep(FRESH + 0.05)
    assert history_of(store.runs.get(run_id)).changes == [Change({"momentum": 0.5})]


def test_a_run_that_is_taken_up_is_read_anew_even_when_it_was_read_before_it_had_rewound(running):
    run_id, attempt = running
    store = current_store()
    store.write(run_id, attempt, Records([batch(step) for step in range(1, 9)]), step=8)
    store.runs.finish(run_id, attempt, "crashed")
    assert store.requeue(run_id, "a run", {"seed": 1})
    attempt = store.runs.claim(run_id)
    assert seen(run_id) == list(range(1, 9))  # as the worker still loads its data
    store.rewind(run_id, attempt, 5)
    store.write(run_id, attempt, Records([batch(6), batch(7)]), step=7)
    time.sleep(FRESH + 0.05)
    assert seen(run_id) == [1, 2, 3, 4, 5, 6, 7]
