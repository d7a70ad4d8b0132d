"""The run store, on a real SQLite file."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.records import Frame, Measurement, Run
from cnnviz.runs import store as store_module
from cnnviz.runs.store import RunLost, Store
from cnnviz.settings import Refusal


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(f"sqlite:///{tmp_path / 'runs.db'}")


def batch(step: int, split: str = "batch") -> Measurement:
    return Measurement(step, split, 1.5, 0.25, 50 * step, 0.1 * step)


def running(store: Store, settings: dict[str, object] | None = None) -> tuple[str, int]:
    run_id, _ = store.create("training", "a run", settings or {"seed": 1})
    attempt = store.claim(run_id)
    assert attempt is not None
    return run_id, attempt


def test_the_life_of_a_run(store):
    run_id, new = store.create("training", "a run", {"seed": 1}, steps=20)
    assert new
    assert store.get(run_id).state == "queued"
    attempt = store.claim(run_id)
    assert attempt == 1
    assert store.write(run_id, attempt, new=[batch(1), batch(2), batch(2, "test")], step=2) == "run"
    assert store.write(run_id, attempt, snapshot=2) == "run"
    assert store.finish(run_id, attempt, "finished", result={"a": 1})
    run = store.get(run_id)
    assert (run.state, run.step, run.steps, run.accuracy, run.result) == ("finished", 2, 20, 0.25, {"a": 1})
    assert not run.active
    assert run.finished >= run.created
    assert store.snapshots(run_id) == [2]


def test_measurements_are_read_on_from_a_position(store):
    run_id, attempt = running(store)
    store.write(run_id, attempt, new=[batch(1)])
    first, position = store.measurements(run_id)
    assert first == [batch(1)]
    assert store.measurements(run_id, position) == ([], position)
    store.write(run_id, attempt, new=[batch(2)])
    assert store.measurements(run_id, position)[0] == [batch(2)]


def test_frames_come_back(store):
    run_id, attempt = running(store)
    positions = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    store.write(run_id, attempt, frame=Frame(10, positions, 1.25))
    store.write(run_id, attempt, frame=Frame(20, 2 * positions, 1.0))
    frames = store.frames(run_id)
    assert [(f.iteration, f.kl_divergence) for f in frames] == [(10, 1.25), (20, 1.0)]
    np.testing.assert_array_equal(frames[0].positions, positions)
    assert store.newest_frame(run_id).iteration == 20
    assert store.newest_frame("unknown") is None


def test_equal_wishes_are_one_run_while_it_is_active(store):
    first, _ = store.create("training", "a", {"seed": 1})
    assert store.create("training", "b", {"seed": 1}) == (first, False)
    assert store.create("training", "c", {"seed": 2})[1]
    assert store.create("embedding", "d", {"seed": 1})[1]
    store.finish(first, store.claim(first), "finished")
    again, new = store.create("training", "e", {"seed": 1})
    assert new
    assert again != first


def test_many_hands_pressing_start_make_one_run(store):
    made: list[tuple[str, bool]] = []
    threads = [
        threading.Thread(target=lambda: made.append(store.create("training", "a", {"seed": 1}))) for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run_id for run_id, _ in made}) == 1
    assert sum(new for _, new in made) == 1


def test_only_one_worker_gets_a_run(store):
    run_id, _ = store.create("training", "a", {})
    assert [store.claim(run_id), store.claim(run_id)] == [1, None]
    assert store.claim("unknown") is None


def test_a_worker_that_lost_its_run_cannot_write(store):
    run_id, attempt = running(store)
    with pytest.raises(RunLost):
        store.write(run_id, attempt + 1, new=[batch(1)])
    store.interrupt([run_id])
    with pytest.raises(RunLost):
        store.write(run_id, attempt, new=[batch(1)])
    assert not store.finish(run_id, attempt, "finished")
    assert store.measurements(run_id)[0] == []
    assert store.get(run_id).state == "interrupted"


def test_stopping(store):
    waiting, _ = store.create("training", "a", {})
    assert store.stop(waiting)
    assert store.get(waiting).state == "stopped"
    run_id, attempt = running(store)
    assert store.stop(run_id)
    assert store.write(run_id, attempt) == "stop"
    store.finish(run_id, attempt, "stopped")
    assert not store.stop(run_id)
    assert not store.stop("unknown")


def test_orphans_are_interrupted_and_the_others_are_not(store):
    orphan, _ = running(store, {"seed": 1})
    kept, _ = running(store, {"seed": 2})
    with store.transaction() as connection:
        connection.execute(store_module.runs.update().values(heartbeat=0.0))
    store.beat([kept])
    assert store.interrupt_orphans() == 1
    assert (store.get(orphan).state, store.get(kept).state) == ("interrupted", "running")
    assert "kept" in store.get(orphan).message


def test_find_gives_the_newest_useful_run_of_equal_settings(store):
    assert store.find("embedding", {"perplexity": 30}) is None
    run_id, _ = store.create("embedding", "m", {"perplexity": 30})
    assert store.find("embedding", {"perplexity": 30}).id == run_id
    store.finish(run_id, store.claim(run_id), "failed", "why")
    assert store.find("embedding", {"perplexity": 30}) is None


def test_a_run_from_elsewhere_replaces_its_older_self(store):
    run = Run("demo-x", "training", "demo", {"seed": 1}, "finished", "", 1, 2, 2, 0.9, {}, 1.0, 2.0)
    frame = Frame(5, np.ones((2, 2), np.float32), 0.5)
    for name in ("old", "new"):
        store.adopt(replace(run, name=name), new=[batch(1)], steps=[0, 2], seen=[frame])
    assert store.get("demo-x").name == "new"
    assert store.snapshots("demo-x") == [0, 2]
    assert len(store.measurements("demo-x")[0]) == len(store.frames("demo-x")) == 1


def test_the_newest_run_is_listed_first(store):
    ids = [store.create("training", str(seed), {"seed": seed})[0] for seed in range(3)]
    assert [run.id for run in store.newest("training")] == ids[::-1]
    assert store.newest("download") == []


def test_a_damaged_store_is_named(tmp_path):
    (tmp_path / "runs.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(Refusal, match=r"CNNVIZ_STORE=sqlite:///.*runs.db cannot be opened"):
        Store(f"sqlite:///{tmp_path / 'runs.db'}")


@pytest.mark.parametrize("url", ["nonsense", "oracle42://x/y"])
def test_a_bad_address_is_named(url):
    with pytest.raises(Refusal, match=r"CNNVIZ_STORE=.* cannot be opened"):
        Store(url)


def test_a_locked_store_says_that_it_is_busy(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "BUSY", 0.2)
    store = Store(f"sqlite:///{tmp_path / 'runs.db'}")
    with store.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Refusal, match="The run store is busy"):
            store.create("training", "a", {})


def test_writers_and_readers_do_not_disturb_each_other(tmp_path):
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    problems: list[BaseException] = []

    def write(seed: int) -> None:
        try:
            own = Store(url)
            run_id, attempt = running(own, {"seed": seed})
            for step in range(1, 41):
                own.write(run_id, attempt, new=[batch(step)], step=step)
                own.measurements(run_id)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    store = Store(url)
    assert [len(store.measurements(run.id)[0]) for run in store.newest("training")] == [40] * 8
