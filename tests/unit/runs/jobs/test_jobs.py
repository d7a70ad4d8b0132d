"""Jobs in real child processes."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import pytest
import torch

from cnnviz import datasets
from cnnviz.refusal import Refusal
from cnnviz.runs.jobs import child
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store, database
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
from cnnviz.training import devices, loop
from cnnviz.training.curves import batch_losses
from cnnviz.training.records import Change
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

SHORT = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=2)
ENDLESS = TrainingSettings(network="two_conv", batch_size=1, epochs=50)  # three million steps: no machine gets there


def until(ready: Callable[[], object], patience: float = 120) -> None:
    end = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@dataclass
class Started:
    """A run that was submitted."""

    id: str

    @property
    def now(self) -> Run:
        run = current_store().runs.get(self.id)
        assert run is not None
        return run

    def ended(self) -> Run:
        until(lambda: not self.now.active)
        return self.now


@pytest.fixture
def start(home, mnist):
    started: list[Started] = []

    def submit(settings: TrainingSettings) -> Started:
        run_id, _ = current_jobs().submit(TrainingJob(settings))
        started.append(Started(run_id))
        return started[-1]

    yield submit
    for run in started:
        current_store().requests.stop(run.id)
    until(lambda: not any(run and run.active for run in (current_store().runs.get(run.id) for run in started)))


def child_of(run: Started) -> int:
    """The process id of the child that works on a run."""
    until(lambda: run.id in current_jobs().children)
    return current_jobs().children[run.id].pid


def hang(process: int) -> None:
    """Suspend a process, so that neither a request nor SIGTERM reaches it, at a moment when others can write."""
    while True:
        os.kill(process, signal.SIGSTOP)
        try:
            current_store().runs.heartbeat(["nobody's"])
            return
        except Refusal:  # it was writing
            os.kill(process, signal.SIGCONT)


def test_a_training_writes_all_that_happens(start):
    run = start(SHORT).ended()
    assert (run.state, run.message, run.step, run.steps) == ("finished", None, 90, 90)
    measurements, _ = current_store().records.measurements(run.id)
    assert [m.step for m in measurements if m.split == "batch"] == list(range(1, 91))
    assert run.accuracy == next(m.accuracy for m in measurements if m.split == "final")
    assert current_store().records.snapshots(run.id) == [0, 1, 2, 5, 10, 20, 50, 90]
    assert current_artifacts().load_weights(run.id, 90)["conv1.weight"].shape == (10, 1, 5, 5)


def test_a_child_gives_the_same_training_as_this_process(start, request):
    before = torch.get_num_threads()
    request.addfinalizer(lambda: torch.set_num_threads(before))
    torch.set_num_threads(devices.threads())
    run = start(SHORT).ended()
    assert losses(run) == list(batch_losses(loop.train(SHORT, datasets.load("digits"))))


def test_stop_ends_a_running_training_and_keeps_what_it_wrote(start):
    run = start(ENDLESS)
    until(lambda: run.now.step > 0)
    assert current_store().requests.stop(run.id)
    ended = run.ended()
    assert ended.state == "stopped"
    assert 0 < ended.step < ended.steps
    assert 0 in current_store().records.snapshots(run.id)


def test_a_killed_child_is_a_crash_and_the_next_run_goes_on(start):
    run = start(ENDLESS)
    until(lambda: run.now.step > 0)
    os.kill(child_of(run), signal.SIGKILL)
    ended = run.ended()
    assert ended.state == "crashed"
    assert "ended unexpectedly (signal 9)" in str(ended.message)
    assert start(SHORT).ended().state == "finished"


def losses(run):
    return list(batch_losses(current_store().records.measurements(run.id)[0]))


def uninterrupted(settings: TrainingSettings, count: int | None = None) -> list[float]:
    """The first batch losses of the same training in this process, of all batches without a count."""
    before = torch.get_num_threads()
    torch.set_num_threads(devices.threads())
    records = loop.train(settings, datasets.load(settings.dataset))
    found = list(islice(batch_losses(records), count))
    torch.set_num_threads(before)
    return found


def stopped(run: Started) -> list[float]:
    """The losses of a run once it has been stopped."""
    assert current_store().requests.stop(run.id)
    assert run.ended().state == "stopped"
    return losses(run)


def paused(run: Started) -> Run:
    assert current_store().requests.pause(run.id)
    until(lambda: run.now.state == "paused")
    return run.now


def test_pause_step_and_resume(start):
    run = start(ENDLESS)
    until(lambda: run.now.step > 5)
    at = paused(run).step
    time.sleep(0.5)
    assert run.now.step == at
    for _ in range(3):
        assert current_store().requests.step(run.id)
        at += 1
        until(lambda: run.now.step == at)  # noqa: B023
        until(lambda: current_store().requests.desired_state(run.id) == "pause")
    time.sleep(0.3)
    assert (run.now.step, run.now.state) == (at, "paused")
    assert current_store().requests.resume(run.id)
    until(lambda: run.now.step > at + 20)
    found = stopped(run)
    assert found == uninterrupted(ENDLESS, len(found))


def test_a_paused_run_can_be_stopped_and_requeued(start):
    run = start(ENDLESS)
    until(lambda: run.now.step > 5)
    at = paused(run).step
    current_store().requests.stop(run.id)
    assert run.ended().state == "stopped"
    assert current_store().records.snapshots(run.id)[-1] == at
    assert current_jobs().requeue(run.id, TrainingJob(ENDLESS), "a run")
    until(lambda: run.now.step > at + 20)
    found = stopped(run)
    assert found == uninterrupted(ENDLESS, len(found))


def test_a_training_stopped_in_an_epoch_tells_of_each_epoch_once(start):
    settings = ENDLESS.but(dataset="digits", batch_size=32)  # 45 steps an epoch
    run = start(settings.but(epochs=1))
    assert run.ended().state == "finished"
    assert current_jobs().requeue(run.id, TrainingJob(settings.but(epochs=3)), "a run")
    assert run.ended().state == "finished"
    assert losses(run) == uninterrupted(settings.but(epochs=3))
    assert [m.step for m in current_store().records.measurements(run.id)[0] if m.split == "epoch"] == [45, 90, 135]


def test_a_killed_training_goes_on_from_its_last_state(start):
    run = start(ENDLESS)
    until(lambda: run.now.step > 330)
    os.kill(child_of(run), signal.SIGKILL)
    assert run.ended().state == "crashed"
    at = run.now.step
    assert current_jobs().requeue(run.id, TrainingJob(ENDLESS), "a run")
    until(lambda: run.now.step > at + 50)
    found = stopped(run)
    assert found == uninterrupted(ENDLESS, len(found))
    steps = current_store().records.snapshots(run.id)
    assert steps[:10] == [0, 1, 2, 5, 10, 20, 50, 100, 200, 300]
    assert steps == sorted(set(steps))


def test_a_finished_training_goes_on_for_more_epochs(start):
    run = start(SHORT)
    assert run.ended().state == "finished"
    assert current_jobs().requeue(run.id, TrainingJob(SHORT.but(epochs=4)), "longer")
    ended = run.ended()
    assert (ended.state, ended.name, ended.step, ended.steps) == ("finished", "longer", 180, 180)
    assert losses(run) == uninterrupted(SHORT.but(epochs=4))
    told = current_store().records.measurements(run.id)[0]
    assert [m.step for m in told if m.split == "final"] == [90, 180]
    assert [m.step for m in told if m.split == "epoch"] == [45, 90, 135, 180]


def test_a_change_is_marked_and_comes_again_at_its_step(start):
    settings = ENDLESS.but(optimiser="sgd", learning_rate=0.01)
    run = start(settings)
    until(lambda: run.now.step > 310)
    at = paused(run).step
    assert current_store().requests.change(run.id, Change({"learning_rate": 0.02}))
    current_store().requests.step(run.id)
    until(lambda: run.now.step == at + 1)
    ((_, change),) = current_store().requests.changes(run.id)
    assert (change.settings, change.step) == ({"learning_rate": 0.02}, at)
    os.kill(child_of(run), signal.SIGKILL)  # the last state is that of a snapshot, before the change
    run.ended()
    current_jobs().requeue(run.id, TrainingJob(settings), "a run")
    until(lambda: run.now.step > at + 20)
    found = stopped(run)
    torch.set_num_threads(devices.threads())
    one = loop.Training(settings, datasets.load("mnist"))

    def records():
        for record in one.records():
            yield record
            if one.step == at:
                one.change(change)

    assert found == list(islice(batch_losses(records()), len(found)))


def test_a_diverged_training_goes_on_at_a_lower_rate(start):
    run = start(SHORT.but(network="dense", learning_rate=10.0, epochs=4))
    assert run.ended().state == "diverged"
    change = Change({"learning_rate": 1e-4})
    assert current_jobs().requeue(run.id, TrainingJob(run.now.training_settings), "tamed", change)
    assert run.ended().state == "finished"
    assert [c.step for _, c in current_store().requests.changes(run.id)] == [0], (
        "the first leap had spoilt all later weights"
    )
    steps = [m.step for m in current_store().records.measurements(run.id)[0] if m.split == "batch"]
    assert steps == list(range(1, 181))


def test_what_cannot_be_steered_says_so(start):
    store, run = current_store(), start(SHORT)
    run.ended()
    for request in (store.requests.stop, store.requests.pause, store.requests.resume, store.requests.step):
        assert not request(run.id)
        assert not request("unknown")
    assert not store.requests.change(run.id, Change({"learning_rate": 0.1}))
    assert not current_jobs().requeue("unknown", TrainingJob(SHORT), "a run")
    assert store.delete(run.id)
    assert not current_jobs().requeue(run.id, TrainingJob(SHORT), "a run")


def test_a_training_tells_of_its_layers_and_draws_its_map(start):
    run = start(SHORT)
    run.ended()
    told = current_store().records.statistics(run.id)
    assert [s.step for s in told] == [0, 1, 2, 5, 10, 20, 50, 90]
    assert list(told[-1].gradient_norms) == ["conv1", "conv2", "dense"]
    frames = current_store().records.frames(run.id)
    assert frames[0].iteration == 0
    assert all(frame.positions.shape == (360, 2) for frame in frames)


def test_a_child_that_hangs_is_ended_within_its_grace(start, monkeypatch):
    monkeypatch.setattr(child, "GRACE", 1.0)
    run = start(ENDLESS)
    until(lambda: run.now.step > 0)
    hang(child_of(run))
    current_store().requests.stop(run.id)
    assert run.ended().state == "stopped"


def test_a_store_that_is_locked_is_waited_for(start, home):
    run = start(ENDLESS)
    until(lambda: run.now.step > 5)
    with closing(sqlite3.connect(home / "runs.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(database.BUSY + 3)
        other.rollback()
    at = run.now.step
    until(lambda: run.now.step > at + 20)
    assert run.now.state == "running"
    found = stopped(run)
    assert found == uninterrupted(ENDLESS, len(found))


def test_a_training_that_cannot_keep_its_weights_says_so(start, home, monkeypatch):
    (home / "file").write_text("")
    monkeypatch.setenv("CNNVIZ_ARTIFACTS", str(home / "file" / "below"))
    failed = start(SHORT).ended()
    assert failed.state == "failed"
    assert "The weights cannot be kept (Not a directory)" in str(failed.message)
    assert str(home) not in str(failed.message)


def test_sigterm_saves_what_a_training_needs_to_resume(start):
    run = start(ENDLESS)
    until(lambda: run.now.step > 5)
    os.kill(child_of(run), signal.SIGTERM)
    ended = run.ended()
    assert (ended.state, ended.step) == ("interrupted", current_store().records.snapshots(run.id)[-1])
    assert current_jobs().requeue(run.id, TrainingJob(ENDLESS), "a run")
    until(lambda: run.now.step > ended.step + 20)
    found = stopped(run)
    assert found == uninterrupted(ENDLESS, len(found))


def test_a_run_waits_until_there_is_a_place(start):
    running = [start(ENDLESS.but(seed=seed)) for seed in range(max(1, (os.cpu_count() or 2) - 1))]
    until(lambda: all(run.now.step > 0 for run in running))
    waiting = start(SHORT)
    assert waiting.now.state == "queued"
    current_store().requests.stop(running[0].id)
    assert waiting.ended().state == "finished"


def test_what_the_child_refuses_is_told(start):
    failed = start(SHORT.but(batch_size=500, subset=100)).ended()
    assert failed.state == "failed"
    assert "A batch of 500 needs as many training images" in str(failed.message)


def test_divergence_keeps_the_last_good_weights(start):
    run = start(SHORT.but(network="dense", learning_rate=10.0, epochs=50)).ended()
    assert run.state == "diverged"
    assert "learning rate 10 is too high" in str(run.message)
    assert max(current_store().records.snapshots(run.id)) < run.step < run.steps
    assert str(run.message).startswith(f"Diverged at step {run.step}: "), "the page says one step, not two"


SERVER = """
import os, signal, sys, time
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the tests with it ignored
    settings = TrainingSettings(network="two_conv", batch_size=1, epochs=50)
    print(current_jobs().submit(TrainingJob(settings))[0], flush=True)
    if sys.argv[1:] == ["hang"]:
        while not current_jobs().children:
            time.sleep(0.1)
        time.sleep(1)
        os.kill(next(iter(current_jobs().children.values())).pid, signal.SIGSTOP)
        sys.exit(0)
    time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_child_ends_with_its_server(home, mnist, tmp_path, how):
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=environment, text=True)
    run = Started(server.stdout.readline().strip())
    until(lambda: run.now.step > 0)
    server.send_signal(how)
    server.wait(20)
    server.stdout.close()
    until(lambda: last_step_stays(run))
    if how == signal.SIGKILL:
        assert run.now.state == "running"  # nobody could write it
        until(lambda: current_store().runs.interrupt_orphans(older_than=0.5) or not run.now.active)
    else:
        assert current_store().records.snapshots(run.id)[-1] == run.now.step, "it could save what it needs to resume"
    assert run.now.state == "interrupted"
    assert run.now.step > 0
    assert len(current_store().records.measurements(run.id)[0]) > 0


def test_a_child_that_hangs_does_not_keep_its_server_alive(home, mnist, tmp_path):
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.run(
        [sys.executable, str(script), "hang"], capture_output=True, env=environment, text=True, timeout=240
    )
    assert server.returncode == 0
    assert Started(server.stdout.strip()).now.state == "interrupted"


def last_step_stays(run: Started) -> bool:
    before = run.now.step
    time.sleep(1.0)  # five times as long as a living child waits between two writes
    return run.now.step == before


def test_what_wrote_nothing_at_its_end():
    assert child.ending(0, "stop") == ("stopped", None)
    for code, words in ((-9, "signal 9"), (3, "exit code 3"), (None, "exit code None")):
        state, message = child.ending(code, "run")
        assert state == "crashed"
        assert f"ended unexpectedly ({words})" in str(message)
