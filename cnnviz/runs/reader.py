"""Shared cache of runs' records, refreshed at most every FRESH seconds however many visitors look on."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.store.store import Store
from cnnviz.training import curves
from cnnviz.training.records import Change, Curves, LayerStatistics, Measurement

FRESH = 0.4  # seconds for which what was read of a running training is shown to everybody
MOST = 32  # runs that are kept at hand

_lock = threading.RLock()
_known: dict[tuple[Store, str], History] = {}


@dataclass(frozen=True, eq=False)
class History:
    """A run so far, and where in the store to go on."""

    of: Run  # as it was when this was read
    position: int
    measurements: list[Measurement]
    curves: Curves
    statistics: list[LayerStatistics]
    changes: list[Change]
    read: float  # time.monotonic()


def history_of(run: Run) -> History:
    """The history of a run; only what is new since the last call is read."""
    key = current_store(), run.id
    with _lock:
        known = _known.pop(key, None)
        if known is None or _is_old(known, run):
            known = _read(run, known)
        _known[key] = known
        while len(_known) > MOST:
            del _known[next(iter(_known))]  # the one not looked at for longest
        return known


def _is_old(known: History, run: Run) -> bool:
    moved = run.step != known.of.step and run.state != "running"  # a pause or the end is shown as it is
    other = (run.state, run.attempt) != (known.of.state, known.of.attempt)
    return moved or other or time.monotonic() - known.read > FRESH


def _read(run: Run, known: History | None) -> History:
    store = current_store()
    new, position = store.records.measurements(run.id, known.position if known else 0)
    if known is not None and (known.of.attempt != run.attempt or _goes_back(known, new)):
        known = None  # it went on from an earlier step
        new, position = store.records.measurements(run.id)
    changes = [change for _, change in store.requests.changes(run.id)]
    if known is not None and not new and changes == known.changes:
        return replace(known, of=run, read=time.monotonic())
    measurements = [*known.measurements, *new] if known else new
    drawn = curves.curves(measurements) if new or known is None else known.curves
    statistics = store.records.statistics(run.id)
    return History(run, position, measurements, drawn, statistics, changes, time.monotonic())


def _goes_back(known: History, new: Sequence[Measurement]) -> bool:
    """Whether new batches are at steps that are known: a run that is taken up forgets what it had done since."""
    first = next((m.step for m in new if m.split == "batch"), None)
    last = next((m.step for m in reversed(known.measurements) if m.split == "batch"), None)
    return first is not None and last is not None and first <= last
