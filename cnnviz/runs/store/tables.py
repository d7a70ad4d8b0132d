"""The tables of the run store, and their rows as records."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import sqlalchemy as sa

from cnnviz.embedding.records import Frame
from cnnviz.language import Sentence
from cnnviz.runs.records import Run


class SentenceText(sa.types.TypeDecorator[Sentence | None]):
    """A sentence as the JSON text of its template and values; an empty text is none."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Sentence | None, dialect: sa.Dialect) -> str:
        """As it is kept. A value that JSON does not know, such as a path, is kept as its text."""
        return json.dumps(value.to_dict(), default=str) if value else ""

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Sentence | None:
        """As it is read."""
        return Sentence.from_dict(json.loads(value)) if value else None


metadata = sa.MetaData()
schema_version = sa.Table(
    "schema_version",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),  # one row: see migrations.py
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("desired_state", sa.String(16), nullable=False),  # run, pause or stop
    sa.Column(
        "batches", sa.Integer, nullable=False, server_default=sa.text("0")
    ),  # asked for in a pause, not yet begun
    sa.Column("message", SentenceText, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, default=0),
    sa.Column("step", sa.Integer, nullable=False, default=0),
    sa.Column("steps", sa.Integer, nullable=False, default=0),
    sa.Column("accuracy", sa.Float),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("queued", sa.Float),  # the last time
    sa.Column("finished", sa.Float),
    sa.Column("heartbeat", sa.Float, nullable=False),
    sa.Column("settings_key", sa.String(64), nullable=False, index=True),  # equal for equal kind and settings
    sa.Column("active_key", sa.String(64), unique=True),  # the same while active: one run for equal requests
    sa.Column("parent", sa.String(32), index=True),  # id of the run that this one was made of: an embedding's training
)
measurements = sa.Table(
    "measurements",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.ForeignKey("runs.id"), nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("split", sa.String(8), nullable=False),
    sa.Column("loss", sa.Float, nullable=False),
    sa.Column("accuracy", sa.Float, nullable=False),
    sa.Column("images", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Index("measurements_of_run", "run_id", "id"),
    sqlite_autoincrement=True,  # an id is a position to read on from: it is never given twice
)
snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
)
statistics = sa.Table(
    "statistics",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("step", sa.Integer, primary_key=True),
    sa.Column("gradient_norms", sa.JSON, nullable=False),
    sa.Column("dead", sa.JSON, nullable=False),
)
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.ForeignKey("runs.id"), nullable=False, index=True),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("step", sa.Integer),  # after which it holds; none while no worker has taken notice
)
frames = sa.Table(
    "frames",
    metadata,
    sa.Column("run_id", sa.ForeignKey("runs.id"), primary_key=True),
    sa.Column("iteration", sa.Integer, primary_key=True),
    sa.Column("kl_divergence", sa.Float, nullable=False),
    sa.Column("positions", sa.LargeBinary, nullable=False),  # (N, 2) little-endian float32
)


WRITTEN = (measurements, snapshots, statistics, changes, frames)  # of a run, by its worker


def create_tables(connection: sa.Connection) -> None:
    """Make all tables of a new store."""
    metadata.create_all(connection, checkfirst=False)


def prepare_sqlite(connection: Any, _record: Any) -> None:
    """Readers do not wait for the writer, and a killed process loses nothing that was committed."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def as_run(row: sa.RowMapping) -> Run:
    """A row as the record that travels."""
    return Run(**{name: row[name] for name in Run.__dataclass_fields__})


def as_frame(row: sa.RowMapping) -> Frame:
    """A row as a frame."""
    return Frame(row["iteration"], np.frombuffer(row["positions"], "<f4").reshape(-1, 2), row["kl_divergence"])


def frame_row(frame: Frame) -> dict[str, Any]:
    """A frame as its columns."""
    return {**vars(frame), "positions": np.ascontiguousarray(frame.positions, "<f4").tobytes()}
