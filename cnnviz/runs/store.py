"""The run store: every run, its measurements, snapshots and frames, in one SQL database.

A run changes state by compare-and-swap on its attempt number, so that two writers can never own it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from cnnviz.records import ACTIVE, Frame, Measurement, Run, RunKind, RunState
from cnnviz.runs.tables import (
    as_frame,
    as_run,
    create_tables,
    frame_row,
    frames,
    measurements,
    prepare_sqlite,
    runs,
    snapshots,
)
from cnnviz.settings import Refusal

STALE = 10.0  # seconds without a heartbeat after which nobody owns a run any more
BUSY = 5.0  # seconds to wait for another writer


class RunLost(Exception):
    """Another worker owns the run now, or it has ended: stop writing."""


class Store:
    """All runs of one installation."""

    def __init__(self, url: str) -> None:
        self.url = url
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY}} if url.startswith("sqlite") else {}
        try:
            self.engine = sa.create_engine(url, **options)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", prepare_sqlite)
            with self.engine.begin() as connection:
                create_tables(connection)
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            where = make_url(url).render_as_string(hide_password=True) if "://" in url else url
            raise Refusal(
                f"CNNVIZ_STORE={where} cannot be opened ({first_line(error)}); "
                "name another store, or move the damaged file away."
            ) from error

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose work is committed at the end; Refusal when the store stays locked."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise Refusal(f"The run store is busy ({first_line(error)}); try again in a moment.") from error

    def create(
        self, kind: RunKind, name: str, settings: Mapping[str, Any], *, steps: int = 0, run_id: str | None = None
    ) -> tuple[str, bool]:
        """Queue a run; its id, and whether it is new: while an equal one is active, that one is meant."""
        key, now = settings_key(kind, settings), time.time()
        row = {
            "id": run_id or secrets.token_hex(5),
            "kind": kind,
            "name": name[:60],
            "settings": dict(settings),
            "state": "queued",
            "desired_state": "run",
            "steps": steps,
            "result": {},
            "created": now,
            "heartbeat": now,
            "settings_key": key,
            "active_key": key,
        }
        try:
            with self.transaction() as connection:
                connection.execute(runs.insert().values(row))
            return str(row["id"]), True
        except sa.exc.IntegrityError:
            with self.transaction() as connection:
                existing = connection.execute(sa.select(runs.c.id).where(runs.c.active_key == key)).scalar()
            return (existing, False) if existing else self.create(kind, name, settings, steps=steps)

    def claim(self, run_id: str) -> int | None:
        """Become the owner of a queued run: its attempt number, or None when it is not to be had."""
        change = (
            runs.update()
            .where(runs.c.id == run_id, runs.c.state == "queued")
            .values(state="running", attempt=runs.c.attempt + 1, heartbeat=time.time())
        )
        with self.transaction() as connection:
            if connection.execute(change).rowcount != 1:
                return None
            return connection.execute(sa.select(runs.c.attempt).where(runs.c.id == run_id)).scalar_one()

    def write(
        self,
        run_id: str,
        attempt: int,
        *,
        new: Sequence[Measurement] = (),
        snapshot: int | None = None,
        frame: Frame | None = None,
        step: int | None = None,
        steps: int | None = None,
    ) -> str:
        """Add measurements, the step of a snapshot and a frame; note the step reached, and of how many.

        Returns:
            The state that visitors desire: run or stop.

        Raises:
            RunLost: the run is no longer this attempt's.
        """
        accuracy = next((m.accuracy for m in reversed(new) if m.split in ("test", "final")), None)
        told = {"step": step, "steps": steps, "accuracy": accuracy, "heartbeat": time.time()}
        values = {name: value for name, value in told.items() if value is not None}
        with self.transaction() as connection:
            if connection.execute(runs.update().where(*owned(run_id, attempt)).values(values)).rowcount != 1:
                raise RunLost(run_id)
            if new:
                connection.execute(measurements.insert(), [{"run_id": run_id, **vars(m)} for m in new])
            if snapshot is not None:
                connection.execute(snapshots.insert().values(run_id=run_id, step=snapshot))
            if frame is not None:
                connection.execute(frames.insert().values(run_id=run_id, **frame_row(frame)))
            return connection.execute(sa.select(runs.c.desired_state).where(runs.c.id == run_id)).scalar_one()

    def finish(
        self, run_id: str, attempt: int, state: RunState, message: str = "", result: Mapping[str, Any] | None = None
    ) -> bool:
        """End a run that this attempt owns; False when it had ended already."""
        values = {"state": state, "message": message, "finished": time.time(), "active_key": None}
        if result is not None:
            values["result"] = dict(result)
        with self.transaction() as connection:
            return connection.execute(runs.update().where(*owned(run_id, attempt)).values(values)).rowcount == 1

    def stop(self, run_id: str) -> bool:
        """Ask an active run to stop; a queued one ends at once. False when there is nothing to stop."""
        ended = {"state": "stopped", "finished": time.time(), "active_key": None}
        with self.transaction() as connection:
            queued = runs.update().where(runs.c.id == run_id, runs.c.state == "queued").values(ended)
            if connection.execute(queued).rowcount == 1:
                return True
            running = runs.update().where(runs.c.id == run_id, runs.c.state == "running").values(desired_state="stop")
            return connection.execute(running).rowcount == 1

    def desired_state(self, run_id: str) -> str:
        """What visitors want of a run: run or stop."""
        with self.transaction() as connection:
            return connection.execute(sa.select(runs.c.desired_state).where(runs.c.id == run_id)).scalar_one()

    def beat(self, run_ids: Sequence[str]) -> None:
        """Tell that somebody still looks after these runs."""
        if run_ids:
            alive = runs.update().where(runs.c.id.in_(run_ids), runs.c.state.in_(ACTIVE)).values(heartbeat=time.time())
            with self.transaction() as connection:
                connection.execute(alive)

    def interrupt_orphans(self, older_than: float = STALE) -> int:
        """Mark the active runs that nobody looks after any more as interrupted; how many there were."""
        return self._interrupt(runs.c.heartbeat < time.time() - older_than)

    def interrupt(self, run_ids: Sequence[str]) -> int:
        """Mark those of these runs that are active as interrupted; how many there were."""
        return self._interrupt(runs.c.id.in_(run_ids))

    def _interrupt(self, which: sa.ColumnElement[bool]) -> int:
        message = "The dashboard that ran this was ended; what it had written is kept."
        ended = {"state": "interrupted", "message": message, "finished": time.time(), "active_key": None}
        with self.transaction() as connection:
            return connection.execute(runs.update().where(runs.c.state.in_(ACTIVE), which).values(ended)).rowcount

    def adopt(
        self, run: Run, *, new: Sequence[Measurement] = (), steps: Sequence[int] = (), seen: Sequence[Frame] = ()
    ) -> None:
        """Put a run that ended elsewhere into this store, in place of one with the same id."""
        key = settings_key(run.kind, run.settings)
        row = {**vars(run), "desired_state": "run", "heartbeat": run.created, "settings_key": key}
        with self.transaction() as connection:
            for table in (measurements, snapshots, frames):
                connection.execute(table.delete().where(table.c.run_id == run.id))
            connection.execute(runs.delete().where(runs.c.id == run.id))
            connection.execute(runs.insert().values(row))
            if new:
                connection.execute(measurements.insert(), [{"run_id": run.id, **vars(m)} for m in new])
            if steps:
                connection.execute(snapshots.insert(), [{"run_id": run.id, "step": step} for step in steps])
            if seen:
                connection.execute(frames.insert(), [{"run_id": run.id, **frame_row(frame)} for frame in seen])

    def get(self, run_id: str) -> Run | None:
        """One run, or None."""
        with self.transaction() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
        return as_run(row) if row else None

    def newest(self, kind: RunKind, limit: int = 50) -> list[Run]:
        """The newest runs of a kind first."""
        query = sa.select(runs).where(runs.c.kind == kind).order_by(runs.c.created.desc()).limit(limit)
        with self.transaction() as connection:
            return [as_run(row) for row in connection.execute(query).mappings()]

    def measurements(self, run_id: str, after: int = 0) -> tuple[list[Measurement], int]:
        """The measurements written since a position, and the position to go on from."""
        columns = [measurements.c[name] for name in Measurement.__dataclass_fields__]
        query = (
            sa.select(measurements.c.id, *columns)
            .where(measurements.c.run_id == run_id, measurements.c.id > after)
            .order_by(measurements.c.id)
        )
        with self.transaction() as connection:
            rows = connection.execute(query).all()
        return [Measurement(*row[1:]) for row in rows], rows[-1][0] if rows else after

    def snapshots(self, run_id: str) -> list[int]:
        """The steps at which weights were kept, ascending."""
        query = sa.select(snapshots.c.step).where(snapshots.c.run_id == run_id).order_by(snapshots.c.step)
        with self.transaction() as connection:
            return list(connection.execute(query).scalars())

    def frames(self, run_id: str) -> list[Frame]:
        """All frames of an embedding, in their order."""
        with self.transaction() as connection:
            query = sa.select(frames).where(frames.c.run_id == run_id).order_by(frames.c.iteration)
            return [as_frame(row) for row in connection.execute(query).mappings()]

    def newest_frame(self, run_id: str) -> Frame | None:
        """The last frame of an embedding so far."""
        query = sa.select(frames).where(frames.c.run_id == run_id).order_by(frames.c.iteration.desc()).limit(1)
        with self.transaction() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return as_frame(row) if row else None

    def find(self, kind: RunKind, settings: Mapping[str, Any]) -> Run | None:
        """The newest run of a kind with exactly these settings that has not failed."""
        useful = runs.c.state.in_((*ACTIVE, "finished"))
        query = sa.select(runs).where(runs.c.settings_key == settings_key(kind, settings), useful)
        with self.transaction() as connection:
            row = connection.execute(query.order_by(runs.c.created.desc()).limit(1)).mappings().one_or_none()
        return as_run(row) if row else None


def settings_key(kind: RunKind, settings: Mapping[str, Any]) -> str:
    """Equal for equal kinds and settings."""
    return hashlib.sha256(json.dumps([kind, dict(settings)], sort_keys=True).encode()).hexdigest()


def owned(run_id: str, attempt: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a run is still this attempt's."""
    return runs.c.id == run_id, runs.c.attempt == attempt, runs.c.state == "running"


def first_line(error: BaseException) -> str:
    """The first line of an error, short enough for a sentence."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
