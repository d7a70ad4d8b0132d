"""Problems of a store that has worked until now: each is named for what it is."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cnnviz.refusal import Refusal
from cnnviz.runs.store import database
from cnnviz.runs.store.problems import StoreUnavailable, patiently
from cnnviz.runs.store.store import Store


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "deep" / "runs.db"


@pytest.fixture
def store(path, monkeypatch) -> Store:
    monkeypatch.setattr(database, "BUSY", 0.2)
    path.parent.mkdir()
    store = Store(f"sqlite:///{path}")
    store.runs.create("training", "a", {})
    return store


def in_file(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def lock(store: Store, path: Path) -> object:
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    return other


def lose(store: Store, path: Path) -> None:
    store.database.engine.dispose()
    path.parent.rename(path.parent.with_name("elsewhere"))


def damage(store: Store, path: Path) -> None:
    store.database.engine.dispose()
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * (path.stat().st_size - 16))


def replace_by_text(store: Store, path: Path) -> None:
    store.database.engine.dispose()
    path.write_bytes(b"this is not a database" * 500)


def make_read_only(store: Store, path: Path) -> None:
    store.database.engine.dispose()
    store.database.engine = database.sa.create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")


def fill(store: Store, path: Path) -> None:
    @database.sa.event.listens_for(store.database.engine, "connect")
    def leave_no_room(connection, _record):
        connection.execute("PRAGMA max_page_count=1")

    store.database.engine.dispose()


def drop_a_column(store: Store, path: Path) -> None:
    in_file(path, "ALTER TABLE runs RENAME COLUMN state TO condition")


def drop_a_table(store: Store, path: Path) -> None:
    in_file(path, "ALTER TABLE runs RENAME TO walks")


TROUBLES: dict[Callable[[Store, Path], object], tuple[type[Refusal], str]] = {
    lock: (StoreUnavailable, r"^The run store is busy: another program keeps it locked \(.*locked\)"),
    lose: (StoreUnavailable, r"^The run store sqlite:///.*runs\.db cannot be reached \(.*unable to open"),
    damage: (Refusal, r"^The run store sqlite:///.*runs\.db is damaged \("),
    replace_by_text: (Refusal, r"^The run store sqlite:///.*runs\.db is damaged \(.*not a database"),
    make_read_only: (Refusal, r"^The run store sqlite:///.*runs\.db cannot be written\. Make the file"),
    fill: (Refusal, r"^The disk of the run store sqlite:///.*runs\.db is full"),
    drop_a_column: (Refusal, r"^The run store .* is not as this version of cnnviz has made it \(.*state"),
    drop_a_table: (Refusal, r"^The run store .* is not as this version of cnnviz has made it \(.*no such table: runs"),
}
EACH = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)


@EACH
def test_a_store_says_what_has_become_of_it(store, path, trouble):
    kind, sentence = TROUBLES[trouble]
    kept = trouble(store, path)
    with pytest.raises(Refusal, match=sentence) as refused:
        store.runs.create("training", "x" * 60, {"long": "x" * 100_000})
    assert type(refused.value) is kind
    assert "errno" not in str(refused.value).lower()
    del kept


def test_a_store_that_comes_back_works_on(store, path):
    lose(store, path)
    with pytest.raises(StoreUnavailable):
        store.runs.newest("training")
    path.parent.with_name("elsewhere").rename(path.parent)
    assert len(store.runs.newest("training")) == 1


def test_whoever_is_patient_waits_for_a_store_that_is_locked(store, path):
    other = lock(store, path)
    made: list[tuple[str, bool]] = []
    waiting = threading.Thread(target=lambda: made.append(patiently(store.runs.create, "training", "b", {"seed": 2})))
    waiting.start()
    time.sleep(1.0)  # five times as long as the store waits by itself
    assert made == []
    other.rollback()
    waiting.join(30)
    assert len(made) == 1
    assert len(store.runs.newest("training")) == 2


def test_patience_has_an_end_where_waiting_does_not_help(store, path):
    replace_by_text(store, path)
    with pytest.raises(Refusal, match="is damaged"):
        patiently(store.runs.newest, "training")
