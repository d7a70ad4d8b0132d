"""The worker's side of the store: writes records, reads pause, stop and change requests."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from cnnviz.embedding.records import Frame
from cnnviz.language import Sentence
from cnnviz.runs.records import RunState
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.request_table import Requests
from cnnviz.runs.store.store import Store
from cnnviz.training.records import Change, LayerStatistics, Measurement, Snapshot

FLUSH = 0.2  # seconds between two writes, so that a page that looks twice a second sees every half second
POLL = 0.05  # seconds between two looks of a paused run at its requests


class Stopped(Exception):
    """A visitor asked for the end."""


class Journal:
    """What happens is gathered for a moment, then committed together; that is when requests are read."""

    def __init__(self, store: Store, artifacts: Artifacts, run_id: str, attempt: int) -> None:
        self.store, self.artifacts, self.run_id, self.attempt = store, artifacts, run_id, attempt
        self.measurements: list[Measurement] = []  # not written yet, like the statistics
        self.statistics: list[LayerStatistics] = []
        self.changes: list[tuple[int, Change]] = []  # not yet acknowledged
        self.written = 0.0
        self.step = 0
        self.stepping_from: int | None = None  # the step before the one that a visitor asked for

    def measure(self, measurement: Measurement) -> None:
        """Note a measurement; tests are written at once."""
        self.measurements.append(measurement)
        self.step = measurement.step
        if self.stepping_from is not None or measurement.split != "batch" or self.is_due:
            self.flush(step=measurement.step)

    @property
    def is_due(self) -> bool:
        """Whether the last write was long enough ago."""
        return time.monotonic() - self.written > FLUSH

    def report(self, step: int) -> None:
        """Write the step reached, if a write is due."""
        if self.is_due:
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
            Stopped: a visitor asked for the end. RunLost: another worker owns the run.
        """
        records = Records(self.measurements, self.statistics, snapshots, frames)
        requests = self.store.write(self.run_id, self.attempt, records, step=step, steps=steps)
        self.measurements, self.statistics, self.written = [], [], time.monotonic()
        if requests.state in ("pause", "step") and self.step != self.stepping_from:
            requests = self._pause()
        if requests.state == "stop":
            raise Stopped
        self.changes = list(requests.changes)

    def _pause(self) -> Requests:
        """Wait until a visitor wants something else."""
        self.store.runs.set_state(self.run_id, self.attempt, "paused")
        while (requests := self.store.requests.pending(self.run_id)).state == "pause":
            time.sleep(POLL)
        self.stepping_from = self.step if requests.state == "step" else None
        if requests.state == "step":
            self.store.requests.acknowledge_step(self.run_id)
        elif requests.state == "run":
            self.store.runs.set_state(self.run_id, self.attempt, "running")
        return requests

    def progress(self, step: int, steps: int) -> None:
        """Write how far the work is, from any thread."""
        self.store.write(self.run_id, self.attempt, step=step, steps=steps)

    def finish(self, state: RunState, message: Sentence | None = None, result: Mapping[str, Any] | None = None) -> None:
        """Write what waits and end the run."""
        try:
            if self.measurements or self.statistics:
                self.flush()
        except Stopped:
            pass
        self.store.runs.finish(self.run_id, self.attempt, state, message, result)
