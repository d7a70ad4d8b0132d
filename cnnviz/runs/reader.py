"""Reading runs: a shared cache of their histories, refreshed at most every FRESH seconds however many visitors look."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnnviz.datasets import DATASETS
from cnnviz.language import say
from cnnviz.numbers import percent
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.store.store import Store
from cnnviz.runs.work import heavy_kinds
from cnnviz.runs.work.job import Job
from cnnviz.settings import TrainingSettings
from cnnviz.training import curves
from cnnviz.training.changes import after
from cnnviz.training.records import TEST_IMAGES, Change, Curves, LayerStatistics, Measurement

FRESH = 0.4  # seconds for which what was read of a running training is shown to everybody
MOST_CACHED = 32  # histories

_lock = threading.RLock()
_cache: dict[tuple[Store, str], History] = {}


@dataclass(frozen=True)
class Accuracy:
    """Accuracy of a run, and of how many test images."""

    value: float  # 0..1
    images: int
    step: int

    def __str__(self) -> str:
        """ "98.46% of 10,000 test images"."""
        return say("{accuracy} of {images:,} test images", accuracy=percent(self.value, 2), images=self.images)


@dataclass(frozen=True, eq=False)
class History:
    """All that a run has written so far, and the position in the store to read on from."""

    run: Run  # as it was when this was read
    position: int
    measurements: list[Measurement]
    curves: Curves
    statistics: list[LayerStatistics]
    changes: list[Change]
    read: float  # time.monotonic()


def accuracy_of(run: Run, tested: Measurement | None) -> Accuracy | None:
    """The accuracy of a run by its last measurement on test images; None before the first.

    Weights that were imported have no measurements: all test images were asked once.
    """
    everything = DATASETS[run.training_settings.dataset].test_images
    if tested is not None:
        images = min(TEST_IMAGES, everything) if tested.split == "test" else everything
        return Accuracy(tested.accuracy, images, tested.step)
    return None if run.accuracy is None else Accuracy(run.accuracy, everything, run.step)


def newest_run(job: Job) -> Run | None:
    """The newest run of exactly this job, whatever became of it."""
    return current_store().runs.find(job.kind, job.to_dict())


def runs_ahead(run: Run) -> list[Run]:
    """The runs that a queued one waits for: those that have a processor, then those that wait before it."""
    return current_store().runs.ahead(run.id, heavy_kinds())


def current_settings(run: Run) -> TrainingSettings:
    """The settings of a training with all changes made while it ran, those too that wait for its next step."""
    return after(run.training_settings, [change for _, change in current_store().requests.changes(run.id)])


def history_of(run: Run) -> History:
    """The history of a run; only what is new since the last call is read."""
    key = current_store(), run.id
    with _lock:
        history = _cache.pop(key, None)
        if history is None or _is_old(history, run):
            history = _read(run, history)
        _cache[key] = history
        while len(_cache) > MOST_CACHED:
            del _cache[next(iter(_cache))]  # the one not looked at for longest
        return history


def _is_old(history: History, run: Run) -> bool:
    moved = run.step != history.run.step and run.state != "running"  # a pause or the end is shown as it is
    other = (run.state, run.attempt) != (history.run.state, history.run.attempt)
    return moved or other or time.monotonic() - history.read > FRESH


def _read(run: Run, before: History | None) -> History:
    store = current_store()
    new, position = store.records.measurements(run.id, before.position if before else 0)
    if before is not None and (before.run.attempt != run.attempt or _is_rewound(before, new)):
        before = None
        new, position = store.records.measurements(run.id)
    changes = [change for _, change in store.requests.changes(run.id)]
    if before is not None and not new and changes == before.changes:
        return replace(before, run=run, read=time.monotonic())
    measurements = [*before.measurements, *new] if before else new
    lines = curves.curves(measurements) if new or before is None else before.curves
    statistics = store.records.statistics(run.id)
    return History(run, position, measurements, lines, statistics, changes, time.monotonic())


def _is_rewound(before: History, new: Sequence[Measurement]) -> bool:
    """Whether new batches are at steps that are known: a run that resumes from an earlier step has forgotten them."""
    first = next((m.step for m in new if m.split == "batch"), None)
    last = next((m.step for m in reversed(before.measurements) if m.split == "batch"), None)
    return first is not None and last is not None and first <= last
