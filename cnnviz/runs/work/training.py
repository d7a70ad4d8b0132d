"""Trainings: a network is trained, or its training resumed, and all that happens is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cnnviz.arrays import Array
from cnnviz.language import sentence
from cnnviz.runs.store.problems import patiently
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.journal import Journal, Stopped
from cnnviz.settings import TrainingSettings
from cnnviz.training.records import Diverged, LayerStatistics, Measurement, Reached, Snapshot, Split

if TYPE_CHECKING:
    from cnnviz.embedding.live_map import LiveMap
    from cnnviz.training.loop import Record, Training

MAP_FREE, MAP_SHARE = 1.0, 0.1  # seconds, and share of the time of training, that its live map may take


@dataclass(frozen=True)
class TrainingJob(Job):
    """Train a network; an attempt after the first resumes from the last saved state."""

    kind = "training"
    heavy = True
    settings: TrainingSettings

    @property
    def name(self) -> str:
        """Network, optimiser and epochs in words."""
        from cnnviz import networks

        return networks.spec(self.settings.network).title(self.settings)

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return self.settings.to_dict()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job of a stored run."""
        return cls(TrainingSettings.from_dict(values))

    def check(self) -> None:
        """Refuse settings that do not suit their data set."""
        from cnnviz import datasets
        from cnnviz.training import loop

        loop.check(self.settings, datasets.load(self.settings.dataset))

    def work(self, journal: Journal) -> None:
        """Train until the end, a divergence, or a request to stop."""
        import torch

        from cnnviz import datasets
        from cnnviz.embedding.live_map import LiveMap
        from cnnviz.training.devices import threads
        from cnnviz.training.loop import Training

        torch.set_num_threads(self.settings.threads or threads())
        state = journal.artifacts.load_state(journal.run_id) if journal.attempt > 1 else None
        training = Training(self.settings, datasets.load(self.settings.dataset), state)
        changes, recorder = Changes(training, journal), Recorder(training, journal, LiveMap(self.settings))
        journal.keep = recorder.save_to_resume
        try:
            journal.flush(steps=training.last_step, step=training.step)
            changes.apply()
            for record in training.records():
                recorder.write(record)
                if not training.diverged:
                    changes.apply()
        except Stopped:
            recorder.save_to_resume()
            raise
        recorder.finish()


class Recorder:
    """Writes what a training yields, and draws its live map."""

    def __init__(self, training: Training, journal: Journal, live_map: LiveMap) -> None:
        self.training, self.journal, self.live_map = training, journal, live_map
        self.unproven: Mapping[str, Array] | None = None  # state, until the next loss shows that its weights are good
        self.end: Diverged | Reached | None = None

    def write(self, record: Record) -> None:
        """One record of the training."""
        match record:
            case Measurement():
                self.journal.measure(record)
                if self.unproven and record.split == "batch":
                    self.journal.artifacts.save_state(self.journal.run_id, self.unproven)
                    self.unproven = None
            case LayerStatistics():
                self.journal.statistics.append(record)
            case Snapshot():
                self.journal.save(record)
                self.unproven = self.training.state()
                self.draw_map()
            case Diverged() | Reached():
                self.end = record

    def draw_map(self) -> None:
        """Place the features of a sample of the test images as they are now, if there is time for it."""
        if self.live_map.seconds > MAP_FREE + MAP_SHARE * self.training.progress.seconds:
            return
        frame = self.live_map.frame(self.training.network, self.training.step)
        if frame is not None:
            self.journal.flush(frames=[frame])

    def save_to_resume(self) -> None:
        """Save the weights of a training that was stopped, and what it needs to resume."""
        training, journal = self.training, self.journal
        kept = patiently(journal.store.records.snapshots, journal.run_id)
        if training.step not in kept and training.is_finite():
            journal.artifacts.save_weights(journal.run_id, training.step, training.snapshot().weights)
            records = Records(snapshots=[training.step])
            patiently(journal.store.write, journal.run_id, journal.attempt, records, step=training.step)
        journal.artifacts.save_state(journal.run_id, training.state())

    def finish(self) -> None:
        """End the run, with the reason if it is not that all epochs are done."""
        if isinstance(self.end, Diverged):
            step, cause = self.end.step, self.end.cause
            self.journal.step = step  # where the run stands is where it ended
            self.journal.finish("diverged", sentence("Diverged at step {step}: {cause}.", step=step, cause=cause))
            return
        why = None
        if self.end is not None:
            why = sentence("Ended at step {step}: {reason}.", step=self.end.step, reason=self.end.why)
        self.journal.artifacts.save_state(self.journal.run_id, self.training.state())
        self.journal.finish("finished", why)


class Changes:
    """Applies settings changed while a network trains; after a restart replays them at their recorded step."""

    def __init__(self, training: Training, journal: Journal) -> None:
        self.training, self.journal = training, journal
        known = patiently(journal.store.requests.changes, journal.run_id)
        anew = any(change.step is None for _, change in known)  # a visitor who resumes with another setting
        step = training.step if training.resumed else -1
        self.replayed = (
            [] if anew else [change for _, change in known if change.step is not None and change.step > step]
        )
        again: list[Split] = ["epoch"] if training.progress.whole_batches else []
        if training.step == training.last_step:
            again.append("final")
        patiently(journal.store.rewind, journal.run_id, journal.attempt, step, again=again, changes_too=anew)

    def apply(self) -> None:
        """Change the settings that are due."""
        while self.replayed and self.replayed[0].step is not None and self.replayed[0].step <= self.training.step:
            self.training.change(self.replayed.pop(0))
        for number, change in self.journal.changes:
            self.training.change(change)
            patiently(self.journal.store.requests.acknowledge, number, self.training.step)
        self.journal.changes = []
