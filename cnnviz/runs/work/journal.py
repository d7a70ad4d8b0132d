"""Between the owner of a run and its visitors: what happens is written down, what they wish is read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from cnnviz.runs.records import RunState
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.history import Wishes
from cnnviz.runs.store.store import Store
from cnnviz.training.records import Change, LayerStatistics, Measurement, Snapshot

FLUSH = 0.2  # seconds between two writes, so that a page that looks twice a second sees every half second
LOOK = 0.05  # seconds between two looks of a paused run at what visitors want


class Stopped(Exception):
    """A visitor asked for the end."""


class Journal:
    """What happens is gathered for a moment, then committed together; that is when wishes are read."""

    def __init__(self, store: Store, artifacts: Artifacts, run_id: str, attempt: int) -> None:
        self.store, self.artifacts, self.run_id, self.attempt = store, artifacts, run_id, attempt
        self.waiting: list[Measurement] = []
        self.told: list[LayerStatistics] = []
        self.changes: list[tuple[int, Change]] = []  # that nobody has taken notice of
        self.written = 0.0
        self.step = 0
        self.stepping_from: int | None = None  # the step before the one that a visitor asked for

    def measure(self, measurement: Measurement) -> None:
        """Note a measurement; tests are written at once."""
        self.waiting.append(measurement)
        self.step = measurement.step
        if self.stepping_from is not None or measurement.split != "batch" or self.is_due:
            self.flush(step=measurement.step)

    @property
    def is_due(self) -> bool:
        """Whether the last write was long enough ago."""
        return time.monotonic() - self.written > FLUSH

    def tell(self, **what: Any) -> None:
        """Write this if a write is due, for whoever looks."""
        if self.is_due:
            self.flush(**what)

    def keep(self, snapshot: Snapshot) -> None:
        """Save weights, then tell that they are there."""
        self.artifacts.save_weights(self.run_id, snapshot.step, snapshot.weights)
        self.flush(snapshot=snapshot.step, step=snapshot.step)

    def flush(self, **what: Any) -> None:
        """Write all that waits, and wait as long as a visitor wants a pause.

        Raises:
            Stopped: a visitor asked for the end. RunLost: another worker owns the run.
        """
        wishes = self.store.write(self.run_id, self.attempt, new=self.waiting, told=self.told, **what)
        self.waiting, self.told, self.written = [], [], time.monotonic()
        if wishes.state in ("pause", "step") and self.step != self.stepping_from:
            wishes = self._pause()
        if wishes.state == "stop":
            raise Stopped
        self.changes = list(wishes.changes)

    def _pause(self) -> Wishes:
        """Wait until a visitor wants something else."""
        self.store.become(self.run_id, self.attempt, "paused")
        while (wishes := self.store.wishes(self.run_id)).state == "pause":
            time.sleep(LOOK)
        self.stepping_from = self.step if wishes.state == "step" else None
        if wishes.state == "step":
            self.store.stepped(self.run_id)
        elif wishes.state == "run":
            self.store.become(self.run_id, self.attempt, "running")
        return wishes

    def progress(self, step: int, steps: int) -> None:
        """Tell how far the work is, from any thread."""
        self.store.write(self.run_id, self.attempt, step=step, steps=steps)

    def finish(self, state: RunState, message: str = "", result: Mapping[str, Any] | None = None) -> None:
        """Write what waits and end the run."""
        try:
            if self.waiting or self.told:
                self.flush()
        except Stopped:
            pass
        self.store.finish(self.run_id, self.attempt, state, message, result)
