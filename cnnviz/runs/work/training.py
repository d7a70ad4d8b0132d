"""The work of a training run."""

from __future__ import annotations

import torch

from cnnviz import datasets
from cnnviz.embedding.live_map import LiveMap
from cnnviz.runs.records import Run
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.work.journal import Journal, Stopped
from cnnviz.training.devices import threads
from cnnviz.training.loop import Training
from cnnviz.training.records import Diverged, LayerStatistics, Measurement, Reached, Snapshot, Split

MAP_FREE, MAP_SHARE = 1.0, 0.1  # seconds, and share of the time of training, that its live map may take


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
                    journal.statistics.append(record)
                case Snapshot():
                    journal.keep(record)
                    state = under_way.state()
                    if placed.seconds <= MAP_FREE + MAP_SHARE * under_way.progress.seconds:
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
        journal.flush(frames=[frame])


def keep_for_later(under_way: Training, journal: Journal) -> None:
    """Save the weights of a training that was stopped, and what it needs to go on."""
    if under_way.step not in journal.store.records.snapshots(journal.run_id) and under_way.is_finite():
        snapshot = under_way.snapshot()
        journal.artifacts.save_weights(journal.run_id, snapshot.step, snapshot.weights)
        journal.store.write(journal.run_id, journal.attempt, Records(snapshots=[snapshot.step]), step=snapshot.step)
    journal.artifacts.save_state(journal.run_id, under_way.state())


class ChangesUnderWay:
    """The changes that visitors make while a network trains; those of an earlier attempt come at their step again."""

    def __init__(self, under_way: Training, journal: Journal) -> None:
        self.training, self.journal = under_way, journal
        known = journal.store.requests.changes(journal.run_id)
        anew = any(change.step is None for _, change in known)  # a visitor who goes on differently
        step = under_way.step if under_way.resumed else -1
        self.again = [] if anew else [change for _, change in known if change.step is not None and change.step > step]
        again: list[Split] = ["epoch"] if under_way.progress.whole_batches else []
        again += ["final"] if under_way.step == under_way.last_step else []
        journal.store.rewind(journal.run_id, journal.attempt, step, again=again, changes_too=anew)

    def obey(self) -> None:
        """Make the changes that are due."""
        while self.again and self.again[0].step is not None and self.again[0].step <= self.training.step:
            self.training.change(self.again.pop(0))
        for number, change in self.journal.changes:
            self.training.change(change)
            self.journal.store.requests.acknowledge(number, self.training.step)
        self.journal.changes = []
