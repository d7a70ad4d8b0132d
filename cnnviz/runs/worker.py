"""The child process: does the work of one run and writes what happens into the store."""

from __future__ import annotations

import errno
import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from multiprocessing.connection import Connection

import numba
import torch

from cnnviz import datasets, embedding, features, rate_finder
from cnnviz.live_map import LiveMap
from cnnviz.records import Diverged, LayerStatistics, Measurement, Reached, Run, Snapshot
from cnnviz.runs.history import RunLost
from cnnviz.runs.journal import ChangesUnderWay, Journal, Stopped
from cnnviz.settings import EmbeddingSettings, Refusal
from cnnviz.training import Training

MAP_FREE, MAP_SHARE = 1.0, 0.1  # seconds, and share of the time of training, that its live map may take
log = logging.getLogger(__name__)


def main(run_id: str, attempt: int, environment: Mapping[str, str], alive: Connection) -> None:
    """Entry point of the child process."""
    end_with(alive)
    os.environ.update(environment)
    os.nice(10) if hasattr(os, "nice") else None
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and with it this process
    torch.set_num_threads(threads())
    numba.set_num_threads(threads())  # threads that wait for a busy processor cost more than they bring
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
    """Train a network, or go on with its training."""
    settings = run.training_settings
    torch.set_num_threads(settings.threads or threads())
    data = datasets.load(settings.dataset)
    state = journal.artifacts.load_state(run.id) if run.attempt > 1 else None
    under_way = Training(settings, data, state)
    changes = ChangesUnderWay(under_way, journal)
    journal.flush(steps=under_way.last_step, step=under_way.step)
    changes.obey()
    placed, state, why = LiveMap(settings), None, ""
    try:
        for record in under_way.records():
            match record:
                case Measurement():
                    journal.measure(record)
                    if state and record.split == "batch":  # the weights were good: the next loss was
                        journal.artifacts.save_state(run.id, state)
                        state = None
                case LayerStatistics():
                    journal.told.append(record)
                case Snapshot():
                    journal.keep(record)
                    state = under_way.state()
                    if placed.seconds <= MAP_FREE + MAP_SHARE * under_way.seconds:
                        draw_map(placed, under_way, journal)
                case Diverged(step, cause):
                    journal.finish("diverged", f"Diverged at step {step}: {cause}.")
                    return
                case Reached(step, reason):
                    why = f"Ended at step {step}: {reason}."
            changes.obey()
    except Stopped:
        keep_for_later(under_way, journal)
        raise
    journal.artifacts.save_state(run.id, under_way.state())
    journal.finish("finished", why)


def draw_map(placed: LiveMap, under_way: Training, journal: Journal) -> None:
    """Place the features of a sample of the test images as they are now."""
    frame = placed.frame(under_way.network, under_way.step)
    if frame is not None:
        journal.flush(frame=frame)


def keep_for_later(under_way: Training, journal: Journal) -> None:
    """Save the weights of a training that was stopped, and what it needs to go on."""
    if under_way.step not in journal.store.snapshots(journal.run_id) and under_way.is_finite():
        snapshot = under_way.snapshot()
        journal.artifacts.save_weights(journal.run_id, snapshot.step, snapshot.weights)
        journal.store.write(journal.run_id, journal.attempt, snapshot=snapshot.step, step=snapshot.step)
    journal.artifacts.save_state(journal.run_id, under_way.state())


def work_embedding(run: Run, journal: Journal) -> None:
    """Place the last-layer features of one snapshot of a training in two dimensions."""
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


def work_rates(run: Run, journal: Journal) -> None:
    """Try learning rates."""
    settings = run.training_settings
    torch.set_num_threads(settings.threads or threads())
    journal.flush(steps=rate_finder.STEPS)
    trials = []
    for trial in rate_finder.try_rates(Training(settings, datasets.load(settings.dataset))):
        trials.append(trial)
        journal.tell(step=len(trials))
    journal.finish("finished", result=asdict(rate_finder.summary(trials)))


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
    "rates": work_rates,
}
