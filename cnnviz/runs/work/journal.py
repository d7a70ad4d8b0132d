"""The worker's side of the store: writes records, reads pause, stop and change requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from cnnviz.embedding.records import Frame
from cnnviz.language import Sentence
from cnnviz.runs.records import RunKind, RunState
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.problems import patiently
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.request_table import Requests
from cnnviz.runs.store.run_table import RunLost
from cnnviz.runs.store.store import Store
from cnnviz.training.records import Change, LayerStatistics, Measurement, Snapshot

FLUSH = 0.2  # seconds between two writes, so that a page that looks twice a second sees every half second
POLL = 0.05  # seconds between two looks of a paused run at its requests
AWAITED = 1.0  # seconds between two looks of a paused run at the queue


class Stopped(Exception):
    """Whoever may has asked for the end."""

    def __init__(self, state: RunState = "stopped") -> None:
        self.state = state
        super().__init__(state)


class Suspended(Exception):
    """A paused run has given its place to one that waited; what it needs to resume is saved."""


class Journal:
    """What happens is gathered for a moment, then committed together; that is when requests are read.

    A store that is locked or away is waited for: what was gathered stays here meanwhile.

    Args:
        store: of the run.
        artifacts: of the run.
        run_id: of the run.
        attempt: that owns it.
        rivals: the kinds of run that wait for the place of this one.
    """

    def __init__(
        self, store: Store, artifacts: Artifacts, run_id: str, attempt: int, rivals: Sequence[RunKind] = ()
    ) -> None:
        self.store, self.artifacts, self.run_id, self.attempt = store, artifacts, run_id, attempt
        self.rivals = rivals
        self.keep: Callable[[], None] | None = None  # saves what the work needs to resume; None while it cannot
        self.measurements: list[Measurement] = []  # not written yet, like the statistics
        self.statistics: list[LayerStatistics] = []
        self.changes: list[tuple[int, Change]] = []  # not yet acknowledged
        self.written = 0.0
        self.step = 0
        self.state: RunState = "running"  # as it stands in the store
        self.stepping_from: int | None = None  # the step before the one that a visitor asked for
        self.must_end = False  # set from outside: the process is to end

    def measure(self, measurement: Measurement) -> None:
        """Note a measurement; tests are written at once."""
        self.measurements.append(measurement)
        self.step = measurement.step
        hurried = self.must_end or self.stepping_from is not None
        if hurried or measurement.split != "batch" or self.is_due:
            self.flush(step=measurement.step)

    @property
    def is_due(self) -> bool:
        """Whether the last write was long enough ago."""
        return time.monotonic() - self.written > FLUSH

    def report(self, step: int) -> None:
        """Write the step reached, if a write is due."""
        if self.is_due or self.must_end:
            self.flush(step=step)

    def save(self, snapshot: Snapshot) -> None:
        """Save weights, then write that they are there."""
        self.artifacts.save_weights(self.run_id, snapshot.step, snapshot.weights)
        self.flush(snapshots=[snapshot.step], step=snapshot.step)

    def flush(
        self,
        *,
        snapshots: Sequence[int] = (),
        frames: Sequence[Frame] = (),
        step: int | None = None,
        steps: int | None = None,
    ) -> None:
        """Write this and all that waits, and wait as long as a visitor wants a pause.

        Raises:
            Stopped: a visitor asked for the end, or the process is to end. Suspended: the run waits without a worker.
            RunLost: another worker owns the run.
        """
        records = Records(self.measurements, self.statistics, snapshots, frames)
        requests = patiently(self.store.write, self.run_id, self.attempt, records, step=step, steps=steps)
        self.measurements, self.statistics, self.written = [], [], time.monotonic()
        if requests.state == "pause" and self.step != self.stepping_from:
            requests = self._pause(requests)
        if requests.state == "stop":
            raise Stopped
        if self.must_end:
            raise Stopped("interrupted")
        if requests.state == "run":
            self.stepping_from = None
            self._become("running")
        self.changes = list(requests.changes)

    def _pause(self, requests: Requests) -> Requests:
        """Wait until a visitor wants a batch or something else; what is wanted then."""
        self._become("paused")
        waiting, looked = set[str](), time.monotonic()
        while requests.state == "pause" and not self.must_end:
            if requests.batches and patiently(self.store.requests.acknowledge_batch, self.run_id):
                self.stepping_from = self.step
                break
            if time.monotonic() - looked > AWAITED:
                before, looked = waiting, time.monotonic()
                waiting = set(patiently(self.store.runs.waiting, self.rivals))
                if before & waiting:
                    self._suspend()
            time.sleep(POLL)
            requests = patiently(self.store.requests.pending, self.run_id)
        return requests

    def _suspend(self) -> None:
        """Give the place of a paused run to one that waits, unless a visitor has asked for something meanwhile."""
        if self.keep is not None:
            self.keep()
            if patiently(self.store.runs.suspend, self.run_id, self.attempt):
                raise Suspended

    def _become(self, state: RunState) -> None:
        """Write the state of the run where it is another one."""
        if state != self.state:
            patiently(self.store.runs.set_state, self.run_id, self.attempt, state)
            self.state = state

    def progress(self, step: int, steps: int) -> None:
        """Write how far the work is, from any thread."""
        patiently(self.store.write, self.run_id, self.attempt, step=step, steps=steps)

    def finish(self, state: RunState, message: Sentence | None = None, result: Mapping[str, Any] | None = None) -> None:
        """Write what waits and end the run."""
        records, step = Records(self.measurements, self.statistics), self.step or None  # some work counts no steps here
        with suppress(RunLost):
            patiently(self.store.write, self.run_id, self.attempt, records, step=step)
        patiently(self.store.runs.finish, self.run_id, self.attempt, state, message, result)
