"""Jobs in real child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch

from cnnviz import datasets, training
from cnnviz.records import Run
from cnnviz.runs import current_artifacts, current_store, jobs, worker
from cnnviz.runs.jobs import current_jobs
from cnnviz.settings import Refusal, TrainingSettings
from tests.conftest import ROOT

SHORT = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=2)
LONG = SHORT.but(epochs=50, batch_size=2)


def until(ready: Callable[[], object], patience: float = 60) -> None:
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
        run = current_store().get(self.id)
        assert run is not None
        return run

    def ended(self) -> Run:
        until(lambda: not self.now.active)
        return self.now


@pytest.fixture
def start(home):
    started: list[Started] = []

    def submit(settings: TrainingSettings) -> Started:
        run_id, _ = current_jobs().submit("training", "a run", settings.to_dict())
        started.append(Started(run_id))
        return started[-1]

    yield submit
    for run in started:
        current_store().stop(run.id)
    for run in started:
        run.ended()


def child_of(run: Started) -> int:
    """The process id of the child that works on a run."""
    until(lambda: run.id in current_jobs().children)
    return current_jobs().children[run.id].pid


def hang(process: int) -> None:
    """Suspend a process, so that neither a wish nor SIGTERM reaches it, at a moment when others can write."""
    while True:
        os.kill(process, signal.SIGSTOP)
        try:
            current_store().beat(["nobody's"])
            return
        except Refusal:  # it was writing
            os.kill(process, signal.SIGCONT)


def test_a_training_writes_all_that_happens(start):
    run = start(SHORT).ended()
    assert (run.state, run.message, run.step, run.steps) == ("finished", "", 90, 90)
    measurements, _ = current_store().measurements(run.id)
    assert [m.step for m in measurements if m.split == "batch"] == list(range(1, 91))
    assert run.accuracy == next(m.accuracy for m in measurements if m.split == "final")
    assert current_store().snapshots(run.id) == [0, 1, 2, 5, 10, 20, 50, 90]
    assert current_artifacts().load_weights(run.id, 90)["conv1.weight"].shape == (10, 1, 5, 5)


def test_a_child_gives_the_same_training_as_this_process(start, request):
    before = torch.get_num_threads()
    request.addfinalizer(lambda: torch.set_num_threads(before))
    torch.set_num_threads(worker.threads())
    run = start(SHORT).ended()
    theirs = [m.loss for m in current_store().measurements(run.id)[0] if m.split == "batch"]
    ours = [m.loss for m in training.train(SHORT, datasets.load("digits")) if getattr(m, "split", "") == "batch"]
    assert theirs == ours


def test_stop_ends_a_running_training_and_keeps_what_it_wrote(start):
    run = start(LONG)
    until(lambda: run.now.step > 0)
    assert current_store().stop(run.id)
    ended = run.ended()
    assert ended.state == "stopped"
    assert 0 < ended.step < ended.steps
    assert 0 in current_store().snapshots(run.id)


def test_a_killed_child_is_a_crash_and_the_next_run_goes_on(start):
    run = start(LONG)
    until(lambda: run.now.step > 0)
    os.kill(child_of(run), signal.SIGKILL)
    ended = run.ended()
    assert ended.state == "crashed"
    assert "ended unexpectedly (signal 9)" in ended.message
    assert start(SHORT).ended().state == "finished"


def test_a_child_that_hangs_is_ended_within_its_grace(start, monkeypatch):
    monkeypatch.setattr(jobs, "GRACE", 1.0)
    run = start(LONG)
    until(lambda: run.now.step > 0)
    hang(child_of(run))
    current_store().stop(run.id)
    assert run.ended().state == "stopped"


def test_a_run_waits_until_there_is_a_place(start):
    running = [start(LONG.but(seed=seed)) for seed in range(max(1, (os.cpu_count() or 2) - 1))]
    until(lambda: all(run.now.step > 0 for run in running))
    waiting = start(SHORT)
    assert waiting.now.state == "queued"
    current_store().stop(running[0].id)
    assert waiting.ended().state == "finished"


def test_an_unknown_network_fails_with_the_names_of_the_known_ones(start):
    assert "there are two_conv" in start(SHORT.but(network="lenet")).ended().message


def test_divergence_keeps_the_last_good_weights(start):
    run = start(SHORT.but(network="dense", learning_rate=10.0, epochs=50)).ended()
    assert run.state == "diverged"
    assert "learning rate 10 is too high" in run.message
    assert max(current_store().snapshots(run.id)) < run.steps


SERVER = """
import os, signal, sys, time
from cnnviz.runs.jobs import current_jobs
from cnnviz.records import TrainingSettings
if __name__ == "__main__":
    settings = TrainingSettings(dataset="digits", network="two_conv", batch_size=2, epochs=50)
    print(current_jobs().submit("training", "a run", settings.to_dict())[0], flush=True)
    if sys.argv[1:] == ["hang"]:
        while not current_jobs().children:
            time.sleep(0.1)
        time.sleep(1)
        os.kill(next(iter(current_jobs().children.values())).pid, signal.SIGSTOP)
        sys.exit(0)
    time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_child_ends_with_its_server(home, tmp_path, how):
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
        until(lambda: current_store().interrupt_orphans(older_than=0.5) or not run.now.active)
    assert run.now.state == "interrupted"
    assert run.now.step > 0
    assert len(current_store().measurements(run.id)[0]) > 0


def test_a_child_that_hangs_does_not_keep_its_server_alive(home, tmp_path):
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.run(
        [sys.executable, str(script), "hang"], capture_output=True, env=environment, text=True, timeout=60
    )
    assert server.returncode == 0
    assert Started(server.stdout.strip()).now.state == "interrupted"


def last_step_stays(run: Started) -> bool:
    before = run.now.step
    time.sleep(1.0)  # five times as long as a living child waits between two writes
    return run.now.step == before


def test_what_wrote_nothing_at_its_end():
    assert jobs.ending(0, "stop") == ("stopped", "")
    assert jobs.ending(-9, "run")[0] == "crashed"
    assert "exit code 3" in jobs.ending(3, "run")[1]
