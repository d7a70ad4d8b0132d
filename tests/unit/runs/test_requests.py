"""Requests at any moment: what visitors ask of a real training in its child process is done, each time."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnnviz.refusal import Refusal
from cnnviz.runs import actions
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
from tests.unit.runs.jobs.test_jobs import ENDLESS, Started, losses, uninterrupted, until

pytestmark = pytest.mark.slow

SLOW = TrainingSettings(network="same_padded", batch_size=500, epochs=50)  # a batch lasts as long as a gesture or two
SEEDS = itertools.count(1)
ACTIONS: dict[str, Callable[[str], None]] = {
    "pause": actions.pause,
    "one batch": actions.one_batch,
    "resume": actions.resume,
    "stop": actions.stop,
    "change": lambda run_id: actions.change_settings(run_id, {"learning_rate": 0.002}),
    "more epochs": lambda run_id: actions.add_epochs(run_id, 1),
}
WAITED = 0.1  # seconds after a request from which on the visitor has waited until the training stands still
GESTURES = st.tuples(st.sampled_from([*ACTIONS, "pause", "one batch", "resume"]), st.floats(0, 0.15))


@dataclass
class Expected:
    """What a visitor may expect of a training that runs, after all that was asked of it."""

    desired: str = "run"
    step: int | None = None  # where it stands, or will stand when its batches are done; None while that is not known
    changes: int = 0

    def ask(self, run: Started, name: str) -> None:
        """Ask for something; only what would change nothing may be refused, and nothing brings a stop back."""
        vain = {
            "pause": self.desired == "pause",
            "one batch": self.desired == "run",
            "resume": self.desired == "run",
            "stop": False,
            "change": False,
            "more epochs": True,
        }[name]
        ended = self.desired == "stop"
        try:
            ACTIONS[name](run.id)
        except Refusal:
            assert vain or ended, (name, self.desired)
        else:
            assert name != "more epochs"
            assert not ended or name in ("stop", "change")
            self.note(name)

    def note(self, name: str) -> None:
        """It was accepted."""
        if name == "change":
            self.changes += 1
        elif name == "one batch" and self.desired == "pause":
            self.step = None if self.step is None else self.step + 1
        else:
            self.desired, self.step = {"one batch": "pause", "resume": "run"}.get(name, name), None


@pytest.fixture(scope="module", autouse=True)
def data(mnist):
    """The images of the trainings."""


def running(settings: TrainingSettings) -> Started:
    run_id, _ = actions.start(TrainingJob(settings))
    run = Started(run_id)
    until(lambda: run.now.state == "running" and run.now.step > 0)
    return run


@given(st.lists(GESTURES, min_size=1, max_size=9))
@example([("pause", WAITED), ("one batch", 0.0), ("resume", 0.0)])
@example([("pause", WAITED), ("one batch", 0.0), ("one batch", 0.0), ("one batch", 0.0)])
@example([("pause", 0.0), ("resume", 0.0), ("pause", 0.0), ("one batch", 0.0), ("resume", 0.0), ("pause", WAITED)])
@example([("pause", WAITED), ("one batch", 0.0), ("stop", 0.0), ("resume", 0.0)])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_asked_is_done(gestures):
    run, expected = running(SLOW.but(seed=next(SEEDS))), Expected()
    try:
        for name, pause in gestures:
            was = run.now.state
            expected.ask(run, name)
            if pause >= WAITED and expected.desired == "pause" and was == "running":
                until(lambda: run.now.state == "paused")
                expected.step = run.now.step
            time.sleep(pause)
        comes_true(run, expected)
        assert [m.step for m in current_store().records.measurements(run.id)[0] if m.split == "batch"] == list(
            range(1, run.now.step + 1)
        )
        assert len(current_store().requests.changes(run.id)) == expected.changes
    finally:
        if run.now.active:
            current_store().requests.stop(run.id)
            run.ended()


def comes_true(run: Started, expected: Expected) -> None:
    """The training comes into the state that is wanted, and from a pause it can resume."""
    if expected.desired == "stop":
        assert run.ended().state == "stopped"
        return
    if expected.desired == "pause":
        until(lambda: run.now.state == "paused")
        if expected.step is not None:
            until(lambda: run.now.step == expected.step)
        until(lambda: stands_still(run))
        assert expected.step in (None, run.now.step)
        actions.resume(run.id)
    at = run.now.step
    until(lambda: run.now.state == "running" and run.now.step > at + 2)
    current_store().requests.stop(run.id)
    assert run.ended().state == "stopped"


def stands_still(run: Started) -> bool:
    """Whether a run makes no step in a second, and has none to make."""
    before = run.now.step
    time.sleep(1.0)
    return run.now.step == before and current_store().requests.pending(run.id).batches == 0


@pytest.fixture
def others() -> Iterator[Callable[[], list[Started]]]:
    """others() starts as many endless trainings as there are places."""
    started: list[Started] = []

    def start() -> list[Started]:
        for _ in range(max(1, (os.cpu_count() or 2) - 1)):
            started.append(Started(actions.start(TrainingJob(ENDLESS.but(seed=next(SEEDS))))[0]))
        return started

    yield start
    for run in started:
        current_store().requests.stop(run.id)
        run.ended()


def test_a_paused_training_gives_its_place_to_one_that_waits_and_resumes_bit_for_bit(others):
    settings = ENDLESS.but(seed=next(SEEDS))
    run = running(settings)
    actions.pause(run.id)
    until(lambda: run.now.state == "paused")
    at = run.now.step
    waiting = others()
    until(lambda: all(other.now.step > 0 for other in waiting))
    assert (run.now.state, run.now.state_in_words, run.now.step) == ("suspended", "paused", at)
    assert current_store().records.snapshots(run.id)[-1] == at, "its weights can be looked at"
    with pytest.raises(Refusal, match=r"^No effect: this run is paused\.$"):
        actions.pause(run.id)
    actions.one_batch(run.id)
    assert run.now.state == "queued", "all places are taken"
    actions.one_batch(run.id)
    for other in waiting:
        actions.stop(other.id)
    until(lambda: (run.now.state, run.now.step) == ("paused", at + 2))
    actions.resume(run.id)
    until(lambda: run.now.step > at + 20)
    actions.stop(run.id)
    assert run.ended().state == "stopped"
    found = losses(run)
    assert found == uninterrupted(settings, len(found))


def test_a_paused_training_keeps_its_place_while_nobody_waits(others):
    run = running(ENDLESS.but(seed=next(SEEDS)))
    actions.pause(run.id)
    until(lambda: run.now.state == "paused")
    time.sleep(3.0)  # thrice as long as it looks for somebody who waits
    assert run.now.state == "paused"
    actions.stop(run.id)
    assert run.ended().state == "stopped"


def test_a_suspended_training_ends_when_it_is_stopped(others):
    run = running(ENDLESS.but(seed=next(SEEDS)))
    actions.pause(run.id)
    others()
    until(lambda: run.now.state == "suspended")
    actions.stop(run.id)
    ended: Run = run.now
    assert ended.state == "stopped"
    assert current_store().records.snapshots(run.id)[-1] == ended.step
