"""The run store, on a real SQLite file."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.embedding.records import Frame
from cnnviz.language import counted, sentence
from cnnviz.refusal import Refusal
from cnnviz.runs.reader import accuracy_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import database, tables
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.run_table import RunLost
from cnnviz.runs.store.store import Store
from cnnviz.training.records import Change, LayerStatistics, Measurement


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'runs.db'}")


def batch(step: int, split: str = "batch") -> Measurement:
    return Measurement(step, split, 1.5, 0.25, 50 * step, 0.1 * step)


def running(store: Store, settings: dict[str, object] | None = None, kind: str = "training") -> tuple[str, int]:
    run_id, _ = store.runs.create(kind, "a run", settings or {"seed": 1})
    attempt = store.runs.claim(run_id)
    assert attempt is not None
    return run_id, attempt


def test_the_life_of_a_run(store):
    run_id, new = store.runs.create("training", "a run", {"seed": 1}, steps=20)
    assert new
    assert store.runs.get(run_id).state == "queued"
    attempt = store.runs.claim(run_id)
    assert attempt == 1
    assert store.write(run_id, attempt, Records([batch(1), batch(2), batch(2, "test")]), step=2).state == "run"
    assert store.write(run_id, attempt, Records(snapshots=[2])).state == "run"
    assert store.runs.finish(run_id, attempt, "finished", result={"a": 1})
    run = store.runs.get(run_id)
    assert (run.state, run.step, run.steps, run.accuracy, run.result) == ("finished", 2, 20, 0.25, {"a": 1})
    assert not run.active
    assert run.finished >= run.created
    assert store.records.snapshots(run_id) == [2]


def test_an_accuracy_says_of_how_many_images(store):
    """The last one counts, not the best: under way of a sample, at the end of all, and so for imported weights."""
    run_id, attempt = running(store, {"dataset": "mnist"})
    run = store.runs.get(run_id)
    assert store.records.summaries([run_id]) == {}
    assert accuracy_of(run, None) is None
    for step, split, accuracy in ((0, "test", 0.1), (20, "test", 0.9), (40, "test", 0.8), (40, "final", 0.85)):
        measurement = replace(batch(step, split), accuracy=accuracy)
        store.write(run_id, attempt, Records([measurement]))
        summary = store.records.summaries([run_id])[run_id]
        images = 2_000 if split == "test" else 10_000
        assert summary.tested == measurement
        assert str(accuracy_of(run, summary.tested)) == f"{accuracy:.2%} of {images:,} test images"
    assert summary.best == 0.9
    assert str(accuracy_of(replace(run, accuracy=0.5), None)) == "50.00% of 10,000 test images"
    few = replace(run, settings={"dataset": "digits"})
    assert accuracy_of(few, batch(20, "test")).images == accuracy_of(few, batch(40, "final")).images == 360


def test_measurements_are_read_on_from_a_position(store):
    run_id, attempt = running(store)
    store.write(run_id, attempt, Records([batch(1)]))
    first, position = store.records.measurements(run_id)
    assert first == [batch(1)]
    assert store.records.measurements(run_id, position) == ([], position)
    store.write(run_id, attempt, Records([batch(2)]))
    assert store.records.measurements(run_id, position)[0] == [batch(2)]


def test_frames_come_back(store):
    run_id, attempt = running(store)
    positions = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    store.write(run_id, attempt, Records(frames=[Frame(10, positions, 1.25)]))
    store.write(run_id, attempt, Records(frames=[Frame(20, 2 * positions, 1.0)]))
    frames = store.records.frames(run_id)
    assert [(f.iteration, f.kl_divergence) for f in frames] == [(10, 1.25), (20, 1.0)]
    np.testing.assert_array_equal(frames[0].positions, positions)
    assert store.records.newest_frame(run_id).iteration == 20
    assert store.records.newest_frame("unknown") is None


def test_equal_requests_are_one_run_while_it_is_active(store):
    first, _ = store.runs.create("training", "a", {"seed": 1})
    assert store.runs.create("training", "b", {"seed": 1}) == (first, False)
    assert store.runs.create("training", "c", {"seed": 2})[1]
    assert store.runs.create("embedding", "d", {"seed": 1})[1]
    store.runs.finish(first, store.runs.claim(first), "finished")
    again, new = store.runs.create("training", "e", {"seed": 1})
    assert new
    assert again != first


def test_many_hands_pressing_start_make_one_run(store):
    made: list[tuple[str, bool]] = []
    threads = [
        threading.Thread(target=lambda: made.append(store.runs.create("training", "a", {"seed": 1}))) for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run_id for run_id, _ in made}) == 1
    assert sum(new for _, new in made) == 1


def test_only_one_worker_gets_a_run(store):
    run_id, _ = store.runs.create("training", "a", {})
    assert [store.runs.claim(run_id), store.runs.claim(run_id)] == [1, None]
    assert store.runs.claim("unknown") is None


def test_a_worker_that_lost_its_run_cannot_write(store):
    run_id, attempt = running(store)
    with pytest.raises(RunLost):
        store.write(run_id, attempt + 1, Records([batch(1)]))
    store.runs.interrupt([run_id])
    with pytest.raises(RunLost):
        store.write(run_id, attempt, Records([batch(1)]))
    assert not store.runs.finish(run_id, attempt, "finished")
    assert store.records.measurements(run_id)[0] == []
    assert store.runs.get(run_id).state == "interrupted"


def test_stopping(store):
    waiting, _ = store.runs.create("training", "a", {})
    assert store.requests.stop(waiting)
    assert store.runs.get(waiting).state == "stopped"
    run_id, attempt = running(store)
    assert store.requests.stop(run_id)
    assert store.write(run_id, attempt).state == "stop"
    store.runs.finish(run_id, attempt, "stopped")
    assert not store.requests.stop(run_id)
    assert not store.requests.stop("unknown")


def test_a_pause_and_the_requests_in_it(store):
    waiting, _ = store.runs.create("training", "a", {})
    assert not store.requests.pause(waiting), "a queued run cannot be paused"
    run_id, attempt = running(store)
    assert not store.requests.resume(run_id)
    assert not store.requests.step(run_id)
    assert store.requests.pause(run_id)
    assert store.write(run_id, attempt).state == "pause"
    store.runs.set_state(run_id, attempt, "paused")
    assert store.runs.get(run_id).active
    assert not store.requests.pause(run_id)
    assert not store.requests.acknowledge_batch(run_id)
    assert store.requests.step(run_id)
    assert store.requests.step(run_id)
    assert (store.requests.pending(run_id).state, store.requests.pending(run_id).batches) == ("pause", 2)
    assert not store.runs.suspend(run_id, attempt), "it is wanted"
    assert store.requests.acknowledge_batch(run_id)
    assert store.requests.pending(run_id).batches == 1
    assert store.requests.pause(run_id), "the other batch is not wanted any more"
    assert store.requests.pending(run_id).batches == 0
    assert store.requests.step(run_id)
    assert store.requests.resume(run_id)
    assert not store.requests.acknowledge_batch(run_id)
    assert store.requests.desired_state(run_id) == "run"
    store.runs.set_state(run_id, attempt, "running")
    with pytest.raises(RunLost):
        store.runs.set_state(run_id, attempt + 1, "paused")


def test_a_paused_run_gives_its_place_away_and_is_queued_again(store):
    run_id, attempt = running(store)
    assert not store.runs.suspend(run_id, attempt), "nobody wants a pause"
    assert not store.runs.wake(run_id)
    store.requests.pause(run_id)
    store.runs.set_state(run_id, attempt, "paused")
    assert not store.runs.suspend(run_id, attempt + 1)
    assert store.runs.suspend(run_id, attempt)
    assert store.runs.get(run_id).active
    with pytest.raises(RunLost):
        store.write(run_id, attempt, Records([batch(1)]))
    with store.database.transaction() as connection:
        connection.execute(tables.runs.update().values(heartbeat=0.0))
    assert store.runs.interrupt_orphans() == 0, "nobody has to look after it"
    assert not store.requests.resume(run_id), "it needs a worker first"
    assert store.runs.wake(run_id)
    assert store.requests.resume(run_id)
    assert (store.runs.get(run_id).state, store.runs.claim(run_id)) == ("queued", attempt + 1)


def test_changes_wait_until_they_are_acknowledged(store):
    run_id, attempt = running(store)
    assert store.requests.change(run_id, Change({"learning_rate": 0.1}))
    assert store.requests.change(run_id, Change({"momentum": 0.5}))
    (first, change), (second, _) = store.write(run_id, attempt).changes
    assert change == Change({"learning_rate": 0.1}, None)
    store.requests.acknowledge(first, 7)
    assert [number for number, _ in store.requests.pending(run_id).changes] == [second]
    assert store.requests.changes(run_id)[0] == (first, Change({"learning_rate": 0.1}, 7))


def test_a_run_rewinds(store):
    run_id, attempt = running(store)
    rows = [(1, "batch"), (2, "batch"), (2, "test"), (2, "epoch"), (3, "batch"), (3, "final")]
    store.write(run_id, attempt, Records([Measurement(step, split, 1.0, 0.5, 10, 1.0) for step, split in rows]), step=3)
    for step in (1, 3):
        statistics, frame = (
            LayerStatistics(step, {"conv1": 1.0}, {"relu1": 0.0}),
            Frame(step, np.zeros((2, 2), "f4"), 1.0),
        )
        store.write(run_id, attempt, Records(statistics=[statistics], snapshots=[step], frames=[frame]))
    store.requests.change(run_id, Change({"momentum": 0.5}))
    store.requests.acknowledge(store.requests.pending(run_id).changes[0][0], 3)
    store.rewind(run_id, attempt, 2)
    kept = [(1, "batch"), (2, "batch"), (2, "test"), (2, "epoch")]
    assert [(m.step, m.split) for m in store.records.measurements(run_id)[0]] == kept
    store.rewind(run_id, attempt, 2, again=["epoch", "final"])
    assert [(m.step, m.split) for m in store.records.measurements(run_id)[0]] == kept[:3]
    assert store.records.snapshots(run_id) == [1]
    assert [s.step for s in store.records.statistics(run_id)] == [1]
    assert [f.iteration for f in store.records.frames(run_id)] == [1]
    assert store.runs.get(run_id).step == 2
    assert len(store.requests.changes(run_id)) == 1
    store.rewind(run_id, attempt, -1, changes_too=True)
    assert (store.records.measurements(run_id)[0], store.records.snapshots(run_id), store.requests.changes(run_id)) == (
        [],
        [],
        [],
    )
    with pytest.raises(RunLost):
        store.rewind(run_id, attempt + 1, 0)


def test_the_newest_frame_until_a_step(store):
    run_id, attempt = running(store)
    for step in (0, 20, 100):
        store.write(run_id, attempt, Records(frames=[Frame(step, np.full((2, 2), step, "f4"), 1.0)]))
    assert store.records.newest_frame(run_id).iteration == 100
    assert store.records.newest_frame(run_id, until=99).iteration == 20
    assert store.records.newest_frame(run_id, until=-1) is None


def test_a_run_that_ended_is_queued_again(store):
    run_id, attempt = running(store, {"epochs": 1})
    assert not store.requeue(run_id, "b", {"epochs": 2}), "it is active"
    store.runs.finish(run_id, attempt, "crashed", sentence("Why it ended."))
    assert store.requeue(run_id, "b", {"epochs": 2}, Change({"momentum": 0.5}))
    run = store.runs.get(run_id)
    assert (run.state, run.name, run.settings, run.message, run.finished) == ("queued", "b", {"epochs": 2}, None, None)
    assert store.runs.claim(run_id) == attempt + 1
    assert [change.settings for _, change in store.requests.changes(run_id)] == [{"momentum": 0.5}]
    assert not store.runs.create("training", "c", {"epochs": 2})[1], "the same training is active"
    other, attempt = running(store, {"epochs": 3})
    store.runs.finish(other, attempt, "stopped")
    assert not store.requeue(other, "d", {"epochs": 2}), "an equal one is active"
    assert store.runs.get(other).state == "stopped"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  my run ", "my run"),
        ("x" * 10_000, "x" * 60),
        ("a\x00b\nc\x1b[31m\u202ed", "a b c [31m d"),
        ("🦊 **bold** <b>$x$</b>", "🦊 **bold** <b>$x$</b>"),
    ],
)
def test_names_are_made_legible(store, given, kept):
    run_id, _ = store.runs.create("training", "a", {})
    store.runs.rename(run_id, given)
    assert store.runs.get(run_id).name == kept


@pytest.mark.parametrize("given", ["", "  ", "\x00\n\t", "\u202e"])
def test_an_empty_name_is_refused(store, given):
    with pytest.raises(Refusal, match="A run needs a name"):
        store.runs.rename("any", given)


def test_deleting(store):
    run_id, attempt = running(store)
    store.write(run_id, attempt, Records([Measurement(1, "batch", 1.0, 0.5, 10, 1.0)], snapshots=[1]))
    assert not store.delete(run_id), "it is active"
    store.runs.finish(run_id, attempt, "finished")
    made_of, attempt = running(store, {"run": run_id}, kind="embedding")
    store.write(made_of, attempt, Records(frames=[Frame(0, np.zeros((2, 2), "f4"), 1.0)]))
    store.runs.finish(made_of, attempt, "finished")
    under_way, _ = running(store, {"run": run_id, "seed": 2}, kind="embedding")
    assert store.delete(run_id)
    assert store.runs.get(run_id) is None
    assert store.runs.get(made_of) is None
    assert store.runs.get(under_way).active, "its worker will say that the run is gone"
    assert store.records.measurements(run_id)[0] == store.records.frames(made_of) == []
    assert not store.delete(run_id)


def test_the_place_in_the_queue(store):
    first, attempt = running(store, {"seed": 1})
    second, third = (store.runs.create("training", "a", {"seed": seed})[0] for seed in (2, 3))
    rates, _ = store.runs.create("rates", "r", {})
    store.runs.create("embedding", "e", {})
    kinds = ["training", "rates"]

    def ahead(run_id: str) -> list[str]:
        return [run.id for run in store.runs.ahead(run_id, kinds)]

    assert (ahead(second), ahead(third), ahead(rates)) == ([first], [first, second], [first, second, third])
    assert store.runs.waiting(kinds) == [second, third, rates]
    store.requests.stop(second)
    assert ahead(third) == [first]
    store.runs.finish(first, attempt, "stopped")
    assert ahead(third) == []
    assert store.requeue(first, "again", {"seed": 1})
    assert (ahead(third), ahead(first)) == ([], [third, rates]), "it was made first, and queued last"


def test_orphans_are_interrupted_and_the_others_are_not(store):
    orphan, _ = running(store, {"seed": 1})
    kept, _ = running(store, {"seed": 2})
    with store.database.transaction() as connection:
        connection.execute(tables.runs.update().values(heartbeat=0.0))
    store.runs.heartbeat([kept])
    assert store.runs.interrupt_orphans() == 1
    assert (store.runs.get(orphan).state, store.runs.get(kept).state) == ("interrupted", "running")
    assert "kept" in str(store.runs.get(orphan).message)


def test_find_gives_the_newest_run_of_equal_settings(store):
    assert store.runs.find("embedding", {"perplexity": 30}) is None
    run_id, _ = store.runs.create("embedding", "m", {"perplexity": 30})
    assert store.runs.find("embedding", {"perplexity": 30}).id == run_id
    store.runs.finish(run_id, store.runs.claim(run_id), "failed", sentence("Why it failed."))
    assert store.runs.find("embedding", {"perplexity": 30}).state == "failed"
    again, _ = store.runs.create("embedding", "m", {"perplexity": 30})
    assert store.runs.find("embedding", {"perplexity": 30}).id == again


def test_a_run_from_elsewhere_replaces_its_older_self(store):
    run = Run("demo-x", "training", "demo", {"seed": 1}, "finished", None, 1, 2, 2, 0.9, {}, 1.0, 2.0)
    frame = Frame(5, np.ones((2, 2), np.float32), 0.5)
    for name in ("old", "new"):
        store.adopt(replace(run, name=name), Records([batch(1)], snapshots=[0, 2], frames=[frame]))
    assert store.runs.get("demo-x").name == "new"
    assert store.records.snapshots("demo-x") == [0, 2]
    assert len(store.records.measurements("demo-x")[0]) == len(store.records.frames("demo-x")) == 1


def test_a_message_is_kept_as_template_and_values(store):
    run_id, attempt = running(store)
    cause = counted("{count} batch was too large", "{count} batches were too large", 1_234)
    values = {"step": 7, "loss": 0.5, "cause": cause, "name": 'a {brace} and "quotes"'}
    message = sentence("Step {step:,}, loss {loss:.2%}, {name}: {cause}.", **values)
    store.runs.finish(run_id, attempt, "failed", message)
    assert store.runs.get(run_id).message == message
    assert str(store.runs.get(run_id).message) == (
        'Step 7, loss 50.00%, a {brace} and "quotes": 1234 batches were too large.'
    )


def test_a_message_may_name_what_json_does_not_know(store, tmp_path):
    run_id, attempt = running(store)
    store.runs.finish(run_id, attempt, "failed", Refusal("{folder} cannot be written.", folder=tmp_path).sentence)
    assert str(store.runs.get(run_id).message) == f"{tmp_path} cannot be written."


def test_a_run_travels_as_json():
    run = Run("x", "training", "x", {"seed": 1}, "failed", sentence("Why {n}.", n=1), 1, 2, 2, 0.9, {}, 1.0, 2.0)
    for one in (run, replace(run, message=None)):
        assert Run.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_the_newest_run_is_listed_first(store):
    ids = [store.runs.create("training", str(seed), {"seed": seed})[0] for seed in range(3)]
    assert [run.id for run in store.runs.newest("training")] == ids[::-1]
    assert store.runs.newest("download") == []


def test_a_damaged_store_is_named(tmp_path):
    (tmp_path / "runs.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(Refusal, match=r"CNNVIZ_STORE=sqlite:///.*runs.db cannot be opened"):
        Store(f"sqlite:///{tmp_path / 'runs.db'}")


@pytest.mark.parametrize("url", ["nonsense", "oracle42://x/y"])
def test_a_bad_address_is_named(url):
    with pytest.raises(Refusal, match=r"CNNVIZ_STORE=.* cannot be opened"):
        Store(url)


def test_a_locked_store_says_that_it_is_busy(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY", 0.2)
    store = Store(f"sqlite:///{tmp_path / 'runs.db'}")
    with store.database.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Refusal, match="The run store is busy"):
            store.runs.create("training", "a", {})


def test_writers_and_readers_do_not_disturb_each_other(tmp_path):
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    problems: list[BaseException] = []

    def write(seed: int) -> None:
        try:
            own = Store(url)
            run_id, attempt = running(own, {"seed": seed})
            for step in range(1, 41):
                own.write(run_id, attempt, Records([batch(step)]), step=step)
                own.records.measurements(run_id)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    store = Store(url)
    assert [len(store.records.measurements(run.id)[0]) for run in store.runs.newest("training")] == [40] * 8
