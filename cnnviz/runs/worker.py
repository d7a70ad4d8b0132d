"""The child process: does the work of one run and writes what happens into the store."""

from __future__ import annotations

import errno
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

import torch

from cnnviz import datasets, features, training
from cnnviz.records import Diverged, Measurement, Reached, Run, RunState, Snapshot
from cnnviz.runs.artifacts import Artifacts
from cnnviz.runs.store import RunLost, Store
from cnnviz.settings import EmbeddingSettings, Refusal

FLUSH = 0.2  # seconds between two writes, so that a page that looks twice a second sees every half second
log = logging.getLogger(__name__)


class Stopped(Exception):
    """A visitor asked for the end."""


class Journal:
    """What the owner of a run writes: gathered for a moment, then committed together."""

    def __init__(self, store: Store, artifacts: Artifacts, run_id: str, attempt: int) -> None:
        self.store, self.artifacts, self.run_id, self.attempt = store, artifacts, run_id, attempt
        self.waiting: list[Measurement] = []
        self.written = 0.0

    def measure(self, measurement: Measurement) -> None:
        """Note a measurement; tests are written at once."""
        self.waiting.append(measurement)
        if measurement.split != "batch" or time.monotonic() - self.written > FLUSH:
            self.flush(step=measurement.step)

    def keep(self, snapshot: Snapshot) -> None:
        """Save weights, then tell that they are there."""
        self.artifacts.save_weights(self.run_id, snapshot.step, snapshot.weights)
        self.flush(snapshot=snapshot.step, step=snapshot.step)

    def flush(self, **what: Any) -> None:
        """Write all that waits.

        Raises:
            Stopped: a visitor asked for the end. RunLost: another worker owns the run.
        """
        desired = self.store.write(self.run_id, self.attempt, new=self.waiting, **what)
        self.waiting, self.written = [], time.monotonic()
        if desired == "stop":
            raise Stopped

    def progress(self, step: int, steps: int) -> None:
        """Tell how far the work is, from any thread."""
        self.store.write(self.run_id, self.attempt, step=step, steps=steps)

    def finish(self, state: RunState, message: str = "", result: Mapping[str, Any] | None = None) -> None:
        """Write what waits and end the run."""
        try:
            if self.waiting:
                self.flush(step=self.waiting[-1].step)
        except Stopped:
            pass
        self.store.finish(self.run_id, self.attempt, state, message, result)


def main(run_id: str, attempt: int, environment: Mapping[str, str], alive: Connection) -> None:
    """Entry point of the child process."""
    end_with(alive)
    os.environ.update(environment)
    os.nice(10) if hasattr(os, "nice") else None
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and with it this process
    torch.set_num_threads(threads())
    work(run_id, attempt)


def threads() -> int:
    """Of torch in a child: one processor is left to the server."""
    return max(1, (os.cpu_count() or 2) - 1)


def end_with(alive: Connection) -> None:
    """End this process as soon as the parent's end of the pipe is closed."""

    def watch() -> None:
        try:
            alive.recv()
        except (EOFError, OSError):
            os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def work(run_id: str, attempt: int) -> None:
    """Do the run and write how it ended, whatever happens."""
    from cnnviz.runs import current_artifacts, current_store

    store = current_store()
    journal = Journal(store, current_artifacts(), run_id, attempt)
    run = store.get(run_id)
    if run is None:
        return
    try:
        WORK[run.kind](run, journal)
    except Stopped:
        journal.finish("stopped")
    except RunLost:
        log.warning("run %s belongs to another worker now", run_id)
    except Refusal as refusal:
        journal.finish("failed", str(refusal))
    except OSError as error:
        full = error.errno == errno.ENOSPC
        journal.finish("failed", "The disk is full; free some space and start again." if full else str(error))
    except Exception as error:
        log.exception("run %s failed", run_id)
        journal.finish("failed", f"{type(error).__name__}: {error}")


def work_training(run: Run, journal: Journal) -> None:
    """Train a network."""
    settings = run.training_settings
    torch.set_num_threads(settings.threads or threads())
    data = datasets.load(settings.dataset)
    journal.flush(steps=training.total_steps(settings, data))
    why = ""
    for record in training.train(settings, data):
        match record:
            case Measurement():
                journal.measure(record)
            case Snapshot():
                journal.keep(record)
            case Diverged(step, cause):
                journal.finish("diverged", f"Diverged at step {step}: {cause}.")
                return
            case Reached(step, reason):
                why = f"Ended at step {step}: {reason}."
    journal.finish("finished", why)


def work_embedding(run: Run, journal: Journal) -> None:
    """Place the last-layer features of one snapshot of a training in two dimensions."""
    import numba

    from cnnviz import embedding  # openTSNE and sklearn: nothing for a training

    numba.set_num_threads(threads())  # threads that wait for a busy processor cost more than they bring
    parent = journal.store.get(run.settings["run"])
    if parent is None:
        raise Refusal("The run whose features were to be placed is gone; choose another.")
    values = {name: value for name, value in run.settings.items() if name not in ("run", "step")}
    settings = EmbeddingSettings(**values)
    weights = journal.artifacts.load_weights(parent.id, run.settings["step"])
    points, labels = features.of_test_images(parent.training_settings, weights, settings.images)
    journal.flush(steps=settings.exaggerated + settings.iterations)
    for frame in embedding.embed(points, settings):
        journal.flush(frame=frame, step=frame.iteration)
    quality = embedding.quality(points, frame.positions, labels, kl_divergence=frame.kl_divergence)
    journal.finish("finished", result=asdict(quality))


def work_download(run: Run, journal: Journal) -> None:
    """Fetch the files of a data set."""
    fetch = datasets.DATASETS[run.settings["dataset"]].fetch
    if fetch is not None:
        fetch(journal.progress)
    journal.finish("finished")


WORK: Mapping[str, Callable[[Run, Journal], None]] = {
    "training": work_training,
    "embedding": work_embedding,
    "download": work_download,
}
