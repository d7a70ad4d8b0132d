"""Actions: what visitors do to runs, by the rules that hold for pages and command line alike.

An action does what was asked, or raises a Refusal with the sentence that says why not; who called only shows it.
Nothing else of pages and command line writes to a run.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnnviz.language import Sentence, counted, joined, mark, say, sentence
from cnnviz.refusal import Range, Refusal
from cnnviz.runs import demo
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.reader import current_settings
from cnnviz.runs.records import STATES, Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.run_table import legible
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings, limits
from cnnviz.training import schedules
from cnnviz.training.changes import changed, stretch
from cnnviz.training.records import Change

if TYPE_CHECKING:
    from cnnviz.export.weights import Imported

RESUMABLE = frozenset(("stopped", "crashed", "interrupted", "failed"))
MOST_EPOCHS = int(limits("epochs").high)


def start(job: Job) -> tuple[str, bool]:
    """Queue a job that can be done; the id of its run, and whether it is new: an equal active one is meant else."""
    job.check()
    return current_jobs().submit(job)


def adopt(imported: Imported, file_name: str) -> str:
    """Keep imported weights as a training that has finished; the id of its run.

    Raises:
        Refusal: their data set is not here, or no training could have had their settings.
    """
    from cnnviz.inspection import predictions  # with torch
    from cnnviz.networks.weights import load_network

    job = TrainingJob(imported.settings)
    TrainingJob(imported.settings.but(device="cpu")).check()  # it need not have the device of the training
    right = predictions.predict(load_network(imported.settings, imported.weights), imported.settings).right
    run = Run(
        id=secrets.token_hex(5),
        kind=job.kind,
        name=legible(say("Imported: {file}", file=file_name)),
        settings=job.to_dict(),
        state="finished",
        message=_origin(imported),
        attempt=1,
        step=imported.step,
        steps=imported.step,
        accuracy=float(right.mean()),
        result={},
        created=time.time(),
        finished=time.time(),
    )
    current_artifacts().save_weights(run.id, imported.step, imported.weights)
    current_store().adopt(run, Records(snapshots=[imported.step]))
    return run.id


def _origin(imported: Imported) -> Sentence:
    """Where imported weights come from, and what was done to read them."""
    if imported.own:
        origin = counted(
            "The weights of a training after {count:,} step, as they are exported here; its curves are not in them.",
            "The weights of a training after {count:,} steps, as they are exported here; its curves are not in them.",
            imported.step,
        )
    else:
        origin = sentence("The weights of a network that was trained elsewhere; its curves are not in them.")
    told: Sentence = joined([origin, *imported.notes], mark("{first} {second}"))
    return told


def pause(run_id: str) -> None:
    """Let a running training wait after its next step."""
    _expect(run_id, current_store().requests.pause(run_id))


def resume(run_id: str) -> None:
    """Let a paused training run again."""
    current_jobs().wake(run_id)
    _expect(run_id, current_store().requests.resume(run_id))


def one_batch(run_id: str) -> None:
    """Let a paused training make one step."""
    current_jobs().wake(run_id)
    _expect(run_id, current_store().requests.step(run_id))


def stop(run_id: str) -> None:
    """Let an active run end."""
    _expect(run_id, current_store().requests.stop(run_id))


def change_settings(run_id: str, values: Mapping[str, float]) -> None:
    """Give settings of an active training new values from its next step on."""
    run, change = current_store().runs.get(run_id), Change(values)
    if run is not None:
        changed(current_settings(run), change)  # refuses what is not legal
    _expect(run_id, current_store().requests.change(run_id, change))


def requeue(run_id: str) -> None:
    """Let a training that was ended resume from its last saved state, in the queue again."""
    run = _ended(run_id)
    _expect(run_id, run.state in RESUMABLE)
    _requeue(run, run.training_settings)


def can_add_epochs(run: Run) -> bool:
    """Whether a training has finished, could have more epochs, and can resume."""
    room = run.state == "finished" and run.training_settings.epochs < MOST_EPOCHS
    return room and current_artifacts().has_state(run.id)


def with_more_epochs(settings: TrainingSettings, count: int) -> TrainingSettings:
    """The settings of a longer training; what had ended the shorter one early is dropped."""
    Range(1, MOST_EPOCHS).check("more epochs", count)
    return settings.but(epochs=min(settings.epochs + count, MOST_EPOCHS), target_accuracy=0.0, patience=0)


def stretched_rates(run: Run, count: int) -> tuple[float, float]:
    """The learning rate where a training stands, and there when more epochs have stretched its schedule."""
    now = current_settings(run)
    more = run.steps // now.epochs * with_more_epochs(now, count).epochs
    return schedules.rate(now, run.step, run.steps), schedules.rate(now, run.step, more)


def add_epochs(run_id: str, count: int) -> None:
    """Let a training that has finished resume for more epochs."""
    run = _ended(run_id)
    _expect(run_id, can_add_epochs(run))
    longer = with_more_epochs(run.training_settings, count)
    known = [change for _, change in current_store().requests.changes(run_id)]
    _requeue(run, longer, *stretch(run.training_settings, longer.epochs, known))


def lower_rate(run: Run) -> float | None:
    """A tenth of the learning rate of a training that has diverged and can resume; None of any other."""
    if run.state != "diverged" or not current_artifacts().has_state(run.id):
        return None
    return max(current_settings(run).learning_rate / 10, limits("learning_rate").low)


def requeue_at_lower_rate(run_id: str) -> None:
    """Let a training that has diverged resume from its last good state, at a tenth of its learning rate."""
    run = _ended(run_id)
    rate = lower_rate(run)
    if rate is None:
        raise _no_effect(run_id)
    _requeue(run, run.training_settings, Change({"learning_rate": rate}))


def rename(run_id: str, name: str) -> None:
    """Give a run another name."""
    check_own(run_id)
    _expect(run_id, current_store().runs.get(run_id) is not None)
    current_store().runs.rename(run_id, name)


def delete(run_id: str) -> None:
    """Delete a run that has ended, with its weights and the maps made of it."""
    check_own(run_id)
    if not current_store().delete(run_id):
        raise Refusal("No effect: this run is active, or was deleted already.")
    current_artifacts().delete(run_id)


def check_own(run_id: str) -> None:
    """Refuse what would change a run that comes with the project."""
    if demo.is_demo(run_id):
        raise Refusal("The demo runs stay as they are; train a network to have a run of your own.")


def _expect(run_id: str, possible: bool) -> None:
    """Refuse what a run in its state cannot do: another visitor may have been faster."""
    if not possible:
        raise _no_effect(run_id)


def _no_effect(run_id: str) -> Refusal:
    run = current_store().runs.get(run_id)
    if run is None:
        return Refusal("No effect: this run was deleted.")
    if run.active and current_store().requests.desired_state(run_id) == "stop":
        return Refusal("No effect: this run is about to stop.")
    return Refusal("No effect: this run is {state}.", state=sentence(STATES[run.state]))


def _ended(run_id: str) -> Run:
    """A run that can be queued again."""
    run = current_store().runs.get(run_id)
    if run is None or run.active:
        raise _gone()
    return run


def _requeue(run: Run, settings: TrainingSettings, *changes: Change) -> None:
    """Queue a run again; its name follows its settings unless a visitor has renamed it."""
    job = TrainingJob(settings)
    name = job.name if run.name == TrainingJob(run.training_settings).name else run.name
    if not current_jobs().requeue(run.id, job, name, *changes):
        raise _gone()


def _gone() -> Refusal:
    return Refusal("This run cannot go on: it was deleted, or it or an equal one is active.")
