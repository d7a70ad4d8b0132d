"""The rules of runs, on a real store and with real trainings; and that nothing goes round them."""

from __future__ import annotations

import ast
import runpy
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnviz import networks
from cnnviz.cli import watching
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.export import script
from cnnviz.export.weights import Imported
from cnnviz.inspection import predictions
from cnnviz.networks.weights import load_network, weights_of
from cnnviz.refusal import Refusal
from cnnviz.runs import actions, demo, records
from cnnviz.runs.jobs.jobs import Jobs, current_jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.record_tables import RecordTables
from cnnviz.runs.store.request_table import RequestTable
from cnnviz.runs.store.run_table import RunTable
from cnnviz.runs.store.store import Store
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
from cnnviz.training.curves import batch_losses
from cnnviz.training.records import Change
from tests.conftest import ROOT

SHORT = TrainingSettings(dataset="digits", network="dense", subset=100, batch_size=50)  # two steps


@pytest.fixture
def in_state(home):
    """in_state(state) gives a run that is in a state, without a worker that would bring it into another."""
    made: list[str] = []

    def make(state: str, settings: TrainingSettings = SHORT) -> str:
        store = current_store()
        run_id, _ = store.runs.create("training", TrainingJob(settings).name, settings.to_dict(), steps=2)
        made.append(run_id)
        current_jobs().held.append(run_id)  # it gets heartbeats, however slow the test is
        if state != "queued":
            attempt = store.runs.claim(run_id)
            assert attempt is not None
            if state in ("paused", "suspended"):
                store.requests.pause(run_id)
                store.runs.set_state(run_id, attempt, "paused")
                assert state == "paused" or store.runs.suspend(run_id, attempt)
            elif state != "running":
                store.runs.finish(run_id, attempt, state)
        return run_id

    yield make
    current_store().runs.interrupt([run_id for run_id in made if run_id not in current_jobs().children])


@pytest.fixture
def here(home, in_state):
    """A data folder of its own, in which no child works at the end."""
    yield home
    for run in current_store().runs.newest("training"):
        current_store().requests.stop(run.id)
    wait(lambda: not current_jobs().children)


def wait(ready: Callable[[], object], patience: float = 240) -> None:
    end = time.monotonic() + patience
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def now(run_id: str) -> Run:
    run = current_store().runs.get(run_id)
    assert run is not None
    return run


def ended(run_id: str) -> Run:
    wait(lambda: not now(run_id).active)
    return now(run_id)


# Starting


def test_a_training_starts_under_the_name_of_its_settings(here):
    run_id, new = actions.start(TrainingJob(SHORT))
    assert new
    assert now(run_id).name == "Dense · Adam 0.001 · 1 epoch"
    assert (ended(run_id).state, now(run_id).step) == ("finished", 2)


def test_an_equal_training_that_is_active_is_meant(here, in_state):
    run_id = in_state("running")
    assert actions.start(TrainingJob(SHORT)) == (run_id, False)


def test_what_cannot_be_done_is_not_queued(here):
    with pytest.raises(Refusal, match="A batch of 500 needs"):
        actions.start(TrainingJob(SHORT.but(batch_size=500)))
    with pytest.raises(Refusal, match="is gone"):
        actions.start(EmbeddingJob("gone", 0, EmbeddingSettings()))
    assert current_store().runs.newest("training") == current_store().runs.newest("embedding") == []


# Requests

REQUESTS = {
    actions.pause: ({"running"}, "pause"),
    actions.resume: ({"paused", "suspended"}, "run"),
    actions.one_batch: ({"paused", "suspended"}, "pause"),
    actions.stop: ({"running", "paused"}, "stop"),
}
STATES = tuple(records.STATES)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", REQUESTS, ids=lambda action: action.__name__)
def test_a_request_holds_in_its_states_and_is_refused_in_others(here, in_state, action, state):
    states, desired = REQUESTS[action]
    run_id = in_state(state)
    if state in states:
        action(run_id)
        assert current_store().requests.desired_state(run_id) == desired
    elif action is actions.stop and state in ("queued", "suspended"):
        action(run_id)
        assert now(run_id).state == "stopped"
    else:
        with pytest.raises(Refusal, match=f"^No effect: this run is {records.STATES[state]}\\.$"):
            action(run_id)


@pytest.mark.parametrize("action", [actions.pause, actions.resume, actions.one_batch], ids=lambda a: a.__name__)
@pytest.mark.parametrize("state", ["running", "paused"])
def test_nothing_brings_a_stop_back(here, in_state, action, state):
    run_id = in_state(state)
    actions.stop(run_id)
    with pytest.raises(Refusal, match=r"^No effect: this run is about to stop\.$"):
        action(run_id)
    assert current_store().requests.desired_state(run_id) == "stop"


@pytest.mark.parametrize("action", REQUESTS, ids=lambda action: action.__name__)
def test_a_request_to_a_deleted_run_says_so(here, action):
    with pytest.raises(Refusal, match=r"^No effect: this run was deleted\.$"):
        action("gone")


def test_settings_of_an_active_training_are_changed(here, in_state):
    run_id = in_state("running")
    actions.change_settings(run_id, {"learning_rate": 0.5})
    assert [change for _, change in current_store().requests.changes(run_id)] == [Change({"learning_rate": 0.5})]
    for values, sentence in (
        ({"learning_rate": 99.0}, "learning rate must be a number from 1e-06 to 10"),
        ({"batch_size": 5}, "batch_size cannot be changed while a training runs"),
    ):
        with pytest.raises(Refusal, match=sentence):
            actions.change_settings(run_id, values)
    assert len(current_store().requests.changes(run_id)) == 1
    current_store().runs.interrupt([run_id])
    for run, words in ((run_id, "is interrupted"), ("gone", "was deleted")):
        with pytest.raises(Refusal, match=f"No effect: this run {words}"):
            actions.change_settings(run, {"learning_rate": 0.5})


# Once more


@pytest.mark.parametrize("state", sorted(actions.RESUMABLE))
def test_a_training_that_was_ended_resumes(here, in_state, state):
    run_id = in_state(state)
    actions.requeue(run_id)
    assert ended(run_id).state == "finished"
    assert now(run_id).attempt == 2


@pytest.mark.parametrize("state", ["finished", "diverged"])
def test_one_that_came_to_its_end_does_not(here, in_state, state):
    run_id = in_state(state)
    with pytest.raises(Refusal, match=f"No effect: this run is {state}"):
        actions.requeue(run_id)


def test_nor_does_one_that_is_active_or_gone_or_whose_equal_is_active(here, in_state):
    stopped = in_state("stopped")
    active = in_state("running")
    for run_id in (active, "gone", stopped):
        with pytest.raises(Refusal, match="This run cannot go on: it was deleted, or it or an equal one is active"):
            actions.requeue(run_id)
    assert now(stopped).state == "stopped"


def test_more_epochs(here):
    settings = SHORT.but(target_accuracy=0.999, patience=9)
    run_id, _ = actions.start(TrainingJob(settings))
    assert not actions.can_add_epochs(now(run_id))
    ended(run_id)
    assert actions.can_add_epochs(now(run_id))
    actions.add_epochs(run_id, 2)
    assert now(run_id).name == "Dense · Adam 0.001 · 3 epochs"
    assert now(run_id).training_settings == settings.but(epochs=3, target_accuracy=0.0, patience=0)
    assert (ended(run_id).state, now(run_id).step, now(run_id).steps) == ("finished", 6, 6)
    actions.rename(run_id, "mine")
    actions.add_epochs(run_id, 1)
    assert (now(run_id).name, now(run_id).training_settings.epochs) == ("mine", 4)
    ended(run_id)
    stretched = [(change.settings, change.step) for _, change in current_store().requests.changes(run_id)]
    assert stretched == [({"epochs": 1}, 0), ({"epochs": 3}, 2), ({"epochs": 4}, 6)]
    with pytest.raises(Refusal, match="epochs cannot be changed while a training runs"):
        actions.change_settings(run_id, {"epochs": 2})


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle"])
def test_the_script_of_a_longer_training_gives_its_losses(here, tmp_path, schedule):
    settings = SHORT.but(schedule=schedule, learning_rate=0.02, epochs=2, threads=1)
    run_id, _ = actions.start(TrainingJob(settings))
    ended(run_id)
    actions.add_epochs(run_id, 2)
    run = ended(run_id)
    changes = [change for _, change in current_store().requests.changes(run_id)]
    text = script.script(run.training_settings, name="a run", steps=run.step, threads=1, changes=changes)
    (tmp_path / "run.py").write_text(text, "utf-8")
    theirs = runpy.run_path(str(tmp_path / "run.py"))["losses"]
    assert theirs == list(batch_losses(current_store().records.measurements(run_id)[0]))
    assert len(theirs) == 8


def test_how_many_epochs():
    assert actions.with_more_epochs(SHORT, 5).epochs == 6
    assert actions.with_more_epochs(SHORT.but(epochs=48), 5).epochs == actions.MOST_EPOCHS
    for count in (0, -3, 51):
        with pytest.raises(Refusal, match="more epochs must be a whole number from 1 to 50"):
            actions.with_more_epochs(SHORT, count)


@pytest.mark.parametrize(("state", "saved"), [("finished", False), ("stopped", True)])
def test_more_epochs_need_an_end_and_a_state_to_resume_from(here, in_state, state, saved):
    run_id = in_state(state)
    if saved:
        current_artifacts().save_state(run_id, {"count/step": np.array(2.0)})
    assert not actions.can_add_epochs(now(run_id))
    with pytest.raises(Refusal, match=f"No effect: this run is {state}"):
        actions.add_epochs(run_id, 1)


def test_a_stretched_schedule_goes_back_up(here, in_state):
    run_id = in_state("stopped", SHORT.but(schedule="cosine", epochs=2, learning_rate=0.1))
    run = now(run_id)
    done = Run(**{**vars(run), "step": 4, "steps": 4})
    before, then = actions.stretched_rates(done, 2)
    assert before == pytest.approx(0.0, abs=1e-12)
    assert then == pytest.approx(0.05)  # half of the way


def test_a_training_that_diverged_resumes_at_a_tenth_of_its_rate(here):
    run_id, _ = actions.start(TrainingJob(SHORT.but(learning_rate=10.0, optimiser="sgd", momentum=0.9, epochs=50)))
    assert ended(run_id).state == "diverged"
    assert actions.lower_rate(now(run_id)) == 1.0
    actions.requeue_at_lower_rate(run_id)
    assert [change.settings for _, change in current_store().requests.changes(run_id)] == [{"learning_rate": 1.0}]
    assert now(run_id).training_settings.learning_rate == 10.0
    ended(run_id)


def test_a_lower_rate_needs_a_divergence_and_a_state(here, in_state):
    for state in ("diverged", "finished"):
        run_id = in_state(state)
        assert actions.lower_rate(now(run_id)) is None
        with pytest.raises(Refusal, match=f"No effect: this run is {state}"):
            actions.requeue_at_lower_rate(run_id)


def test_the_lowest_rate_is_not_lowered(here, in_state):
    run_id = in_state("diverged", SHORT.but(learning_rate=2e-6))
    current_artifacts().save_state(run_id, {"count/step": np.array(1.0)})
    assert actions.lower_rate(now(run_id)) == 1e-6


# Names and ends


def test_a_name(here, in_state):
    run_id = in_state("finished")
    actions.rename(run_id, "  my  run ")
    assert now(run_id).name == "my run"
    with pytest.raises(Refusal, match="A run needs a name"):
        actions.rename(run_id, " ")
    with pytest.raises(Refusal, match="No effect: this run was deleted"):
        actions.rename("gone", "a name")


def test_a_run_is_deleted_with_its_weights_and_maps(here, in_state):
    run_id = in_state("finished")
    current_artifacts().save_weights(run_id, 0, weights_of(networks.build(SHORT)))
    job = EmbeddingJob(run_id, 0, EmbeddingSettings())
    map_id, _ = current_store().runs.create(job.kind, job.name, job.to_dict())
    current_store().runs.finish(map_id, current_store().runs.claim(map_id), "finished")
    actions.delete(run_id)
    assert current_store().runs.get(run_id) is current_store().runs.get(map_id) is None
    with pytest.raises(Refusal, match="missing or damaged"):
        current_artifacts().load_weights(run_id, 0)
    with pytest.raises(Refusal, match="was deleted already"):
        actions.delete(run_id)


def test_an_active_run_is_not_deleted(here, in_state):
    run_id = in_state("running")
    current_artifacts().save_weights(run_id, 0, weights_of(networks.build(SHORT)))
    with pytest.raises(Refusal, match="this run is active"):
        actions.delete(run_id)
    assert current_artifacts().load_weights(run_id, 0)


def test_the_demo_runs_stay_as_they_are(here):
    demo.install(current_store(), current_artifacts())
    before = now("demo-digits")
    for act in (lambda: actions.rename("demo-digits", "mine"), lambda: actions.delete("demo-digits")):
        with pytest.raises(Refusal, match="The demo runs stay as they are"):
            act()
    assert now("demo-digits") == before


def test_imported_weights_become_a_run(here):
    weights = weights_of(networks.build(SHORT.but(seed=5)))
    run = now(actions.adopt(Imported(weights, SHORT, 7), "../a\x00b.safetensors"))
    assert (run.state, run.step, run.steps, run.name) == ("finished", 7, 7, "Imported: ../a b.safetensors")
    assert run.training_settings == SHORT
    assert run.accuracy == predictions.predict(load_network(SHORT, weights), SHORT).right.mean()
    assert current_store().records.snapshots(run.id) == [7]
    kept = current_artifacts().load_weights(run.id, 7)
    assert all(np.array_equal(kept[name], array) for name, array in weights.items())


def test_weights_of_a_training_that_could_not_be_are_refused(here):
    settings = SHORT.but(batch_size=500)
    with pytest.raises(Refusal, match="A batch of 500"):
        actions.adopt(Imported(weights_of(networks.build(settings)), settings, 7), "x")
    assert current_store().runs.newest("training") == []


def test_a_run_that_was_deleted_while_it_was_watched_is_told(here):
    with pytest.raises(Refusal, match="Run gone was deleted while it was watched"):
        watching.finish("gone")


# Nothing goes round them

READS = {
    *("get", "newest", "find", "ahead", "waiting"),  # runs
    *("measurements", "summaries", "statistics", "snapshots", "frames", "newest_frame"),  # records
    *("changes", "pending", "desired_state"),  # requests
    *("load_weights", "load_state", "has_state", "path"),  # artifacts
}
WRITERS = (RunTable, RequestTable, RecordTables, Store, Artifacts, Jobs)
WRITES = {name for owner in WRITERS for name in vars(owner) if not name.startswith("_")} - READS
OWNERS = {
    *("store", "current_store", "open_store", "Store", "runs", "records", "requests"),
    *("artifacts", "current_artifacts", "Artifacts", "jobs", "current_jobs", "jobs_of", "Jobs"),
}


def last_name(node: ast.expr) -> str:
    """The last name of an expression: of a call, that of what is called."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def writes(path: Path) -> list[str]:
    """Where a file names a method of the store, the artifacts or the jobs that writes."""
    attributes = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute))
    return [ast.unparse(node) for node in attributes if node.attr in WRITES and last_name(node.value) in OWNERS]


def test_pages_and_command_line_write_to_runs_by_actions_alone():
    files = [*ROOT.glob("pages/*.py"), *ROOT.glob("cnnviz/ui/**/*.py"), *ROOT.glob("cnnviz/cli/*.py")]
    assert {str(path.relative_to(ROOT)): found for path in files if (found := writes(path))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "current_store().requests.stop(run_id)",
        "button('Pause', store.requests.pause)",
        "store.delete(run_id)",
        "runs = current_store().runs; runs.rename(run_id, name)",
        "current_artifacts().delete(run_id)",
        "jobs.current_jobs().submit(job)",
    ],
)
def test_a_planted_write_is_seen(tmp_path, line):
    (tmp_path / "page.py").write_text(line)
    assert len(writes(tmp_path / "page.py")) == 1


def test_reading_is_no_writing(tmp_path):
    lines = ["current_store().runs.get(run_id)", "st.stop()", "store.requests.changes(run_id)", "columns.pause()"]
    (tmp_path / "page.py").write_text("\n".join(lines))
    assert writes(tmp_path / "page.py") == []
