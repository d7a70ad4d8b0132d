"""Stores of older versions: `stores/` holds what the code of four commits wrote, as SQL text."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from subprocess import PIPE
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.embedding.records import Frame
from cnnviz.refusal import Refusal
from cnnviz.runs.store import migrations
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.store import Store
from cnnviz.training.records import Change, LayerStatistics, Measurement

FIRST = "937958b"  # before statistics and changes
STORES = sorted((Path(__file__).parent / "stores").glob("*.sql"))
Rows = list[dict[str, Any]]


@pytest.fixture(params=STORES, ids=lambda path: path.stem)
def old(request, tmp_path) -> Path:
    """A database as an older version left it."""
    return build(request.param, tmp_path)


@pytest.fixture
def first(tmp_path) -> Path:
    """A database as the oldest of these versions left it."""
    return build(dump_of(FIRST), tmp_path)


def dump_of(commit: str) -> Path:
    return next(dump for dump in STORES if dump.stem == commit)


def build(dump: Path, folder: Path) -> Path:
    """The database of a dump."""
    path = folder / f"{dump.stem}.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text("utf-8"))
    return path


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def rows_of(path: Path, table: str) -> Rows:
    """All rows of a table, read without the store; none when the table is not there."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = {"sqlite_master", *(name for (name,) in connection.execute("SELECT name FROM sqlite_master"))}
        query = f"SELECT * FROM {table} ORDER BY rowid"
        return [dict(row) for row in connection.execute(query)] if table in names else []


def tables_of(path: Path) -> dict[str, list[str]]:
    """Columns, keys and indexes of all tables, each as text."""
    inspector = sa.inspect(sa.create_engine(url_of(path)))
    tables = {}
    for name in inspector.get_table_names():
        tables[name] = sorted(str({**column, "type": str(column["type"])}) for column in inspector.get_columns(name))
        tables[name] += [str(inspector.get_pk_constraint(name)), str(inspector.get_foreign_keys(name))]
        tables[name] += [*map(str, inspector.get_indexes(name)), str(inspector.get_unique_constraints(name))]
        made = next(row["sql"] for row in rows_of(path, "sqlite_master") if row["name"] == name)
        tables[name].append(str("AUTOINCREMENT" in made))
    return tables


def by_run(rows: Rows) -> dict[str, Rows]:
    """The rows of each run."""
    runs: dict[str, Rows] = {}
    for row in rows:
        runs.setdefault(row["run_id"], []).append(row)
    return runs


def test_there_are_stores_to_migrate():
    assert [path.stem for path in STORES] == ["166f6ff", "2e6ed8d", "937958b", "a480dd8"]
    assert [m.version for m in migrations.MIGRATIONS] == [*range(2, migrations.NEWEST + 1)]


def test_every_run_is_there(old):
    before = rows_of(old, "runs")
    store = Store(url_of(old))
    kinds = {row["kind"] for row in before}
    assert sum(len(store.runs.newest(kind)) for kind in kinds) == len(before) >= 8
    for row in before:
        run = store.runs.get(row["id"])
        same = ("kind", "name", "state", "attempt", "step", "steps", "accuracy", "created", "finished")
        assert {name: getattr(run, name) for name in same} == {name: row[name] for name in same}
        assert str(run.message or "") == row["message"]
        assert (run.settings, run.result) == (json.loads(row["settings"]), json.loads(row["result"]))
        assert store.requests.desired_state(run.id) == row["desired_state"]
    for run in store.runs.newest("training"):
        assert run.training_settings.network == "two_conv"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=9))
@settings(max_examples=20, deadline=None)
def test_every_message_says_what_it_said(messages):
    with tempfile.TemporaryDirectory() as folder:
        path = build(dump_of(FIRST), Path(folder))
        runs = rows_of(path, "runs")[: len(messages)]
        with closing(sqlite3.connect(path)) as connection:
            texts = [(message, run["id"]) for message, run in zip(messages, runs, strict=True)]
            connection.executemany("UPDATE runs SET message = ? WHERE id = ?", texts)
            connection.commit()
        store = Store(url_of(path))
        assert [str(store.runs.get(run["id"]).message or "") for run in runs] == messages
        store.database.engine.dispose()


def test_every_measurement_is_at_its_position(old):
    before = by_run(rows_of(old, "measurements"))
    store = Store(url_of(old))
    assert sum(map(len, before.values())) > 10
    for run_id, rows in before.items():
        written = [Measurement(**{n: row[n] for n in Measurement.__dataclass_fields__}) for row in rows]
        assert store.records.measurements(run_id) == (written, rows[-1]["id"])
        assert store.records.measurements(run_id, rows[0]["id"])[0] == written[1:]


def test_every_snapshot_statistic_and_frame_is_there(old):
    snapshots, statistics, frames = (by_run(rows_of(old, name)) for name in ("snapshots", "statistics", "frames"))
    store = Store(url_of(old))
    assert snapshots
    assert frames
    assert bool(statistics) == (old.stem != FIRST)
    for run_id, rows in snapshots.items():
        assert store.records.snapshots(run_id) == [row["step"] for row in rows]
    for run_id, rows in statistics.items():
        assert store.records.statistics(run_id) == [
            LayerStatistics(row["step"], json.loads(row["gradient_norms"]), json.loads(row["dead"])) for row in rows
        ]
    for run_id, rows in frames.items():
        for frame, row in zip(store.records.frames(run_id), rows, strict=True):
            assert (frame.iteration, frame.kl_divergence) == (row["iteration"], row["kl_divergence"])
            np.testing.assert_array_equal(frame.positions.ravel(), np.frombuffer(row["positions"], "<f4"))


def test_every_change_is_there_and_a_pending_one_is_still_pending(old):
    before = by_run(rows_of(old, "changes"))
    store = Store(url_of(old))
    assert bool(before) == (old.stem != FIRST)
    for run_id, rows in before.items():
        made = [(row["id"], Change(json.loads(row["settings"]), row["step"])) for row in rows]
        assert store.requests.changes(run_id) == made
        assert store.requests.pending(run_id).changes == [(number, c) for number, c in made if c.step is None] != []


def test_an_embedding_goes_with_the_run_that_it_was_made_of(old):
    store = Store(url_of(old))
    maps = store.runs.newest("embedding")
    assert maps
    parents = {made.settings["run"] for made in maps}
    assert [store.delete(parent) for parent in parents] == [True] * len(parents)
    assert store.runs.newest("embedding") == []
    left = {row["id"] for row in rows_of(old, "runs")}
    assert {row["run_id"] for row in rows_of(old, "frames")} <= left
    assert len(store.runs.newest("training")) > 2


def test_the_store_works_on(old):
    store = Store(url_of(old))
    (waiting,) = [run for run in store.runs.newest("training") if run.state == "queued"]
    assert store.runs.create("training", "equal", waiting.settings) == (waiting.id, False)
    attempt = store.runs.claim(waiting.id)
    frame = Frame(0, np.ones((3, 2), np.float32), 1.0)
    records = Records(
        [Measurement(1, "test", 1.0, 0.5, 50, 0.1)], [LayerStatistics(1, {"conv1": 1.0}, {})], [1], [frame]
    )
    assert store.write(waiting.id, attempt, records, step=1, steps=2).state == "run"
    assert store.requests.pause(waiting.id)
    store.runs.set_state(waiting.id, attempt, "paused")
    assert store.requests.change(waiting.id, Change({"momentum": 0.5}))
    assert len(store.requests.pending(waiting.id).changes) == 1
    assert store.runs.finish(waiting.id, attempt, "stopped")
    assert store.requeue(waiting.id, "again", waiting.settings)
    assert store.runs.claim(waiting.id) == attempt + 1
    crashed = next(run for run in store.runs.newest("training") if run.state == "crashed")
    assert store.requeue(crashed.id, "again", crashed.settings)
    assert store.runs.claim(crashed.id) == crashed.attempt + 1


def test_a_position_is_never_given_twice(old):
    last = max(row["id"] for row in rows_of(old, "measurements"))
    store = Store(url_of(old))
    for run in store.runs.newest("training"):
        store.requests.stop(run.id)
        assert store.delete(run.id)
    assert rows_of(old, "measurements") == []
    run_id, _ = store.runs.create("training", "next", {"seed": 1})
    store.write(run_id, store.runs.claim(run_id), Records([Measurement(1, "batch", 1.0, 0.5, 50, 0.1)]))
    assert store.records.measurements(run_id)[1] > last


def test_its_tables_are_those_of_a_new_store(old, tmp_path):
    Store(url_of(old))
    Store(url_of(tmp_path / "new.db"))
    assert tables_of(old) == tables_of(tmp_path / "new.db")


def test_it_is_migrated_once(old):
    Store(url_of(old))
    version = rows_of(old, "schema_version")
    with closing(sqlite3.connect(old)) as connection:
        before = connection.execute("PRAGMA schema_version").fetchone()
    Store(url_of(old))
    assert rows_of(old, "schema_version") == version == [{"version": migrations.NEWEST}]
    with closing(sqlite3.connect(old)) as connection:
        assert connection.execute("PRAGMA schema_version").fetchone() == before, "SQLite counts changes of tables"


def test_several_processes_migrate_it_at_once(first):
    before = {name: len(rows_of(first, name)) for name in ("runs", "measurements", "snapshots", "frames")}
    code = "import sys; from cnnviz.runs.store.store import Store; print(); sys.stdin.readline(); Store(sys.argv[1])"
    command = [sys.executable, "-uc", code, url_of(first)]
    processes = [subprocess.Popen(command, text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE) for _ in range(4)]
    assert [process.stdout.readline() for process in processes] == ["\n"] * 4, "each has imported what it needs"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in processes] == [""] * 4
    assert {name: len(rows_of(first, name)) for name in before} == before
    assert rows_of(first, "schema_version") == [{"version": migrations.NEWEST}]


def test_what_cannot_be_migrated_is_refused_and_left_as_it_was(first):
    with closing(sqlite3.connect(first)) as connection:
        connection.execute("ALTER TABLE measurements RENAME COLUMN loss TO damaged")
    before = rows_of(first, "sqlite_master")
    assert len(before) >= 4
    with pytest.raises(Refusal, match=r"CNNVIZ_STORE=sqlite:///.* cannot be opened \(.*no such column: loss"):
        Store(url_of(first))
    assert rows_of(first, "sqlite_master") == before, "the first migrations are undone with the one that failed"


def test_a_newer_store_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "runs.db"
    Store(url_of(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_version SET version = version + 1")
        connection.commit()
    with pytest.raises(Refusal, match=r"runs.db was written by a newer cnnviz .*; upgrade cnnviz, or name another"):
        Store(url_of(path))
