"""What runs wrote of themselves: measurements, statistics, snapshots, frames, and changes made under way."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cnnviz.embedding.records import Frame
from cnnviz.runs.records import OWNED
from cnnviz.runs.store.database import Database
from cnnviz.runs.store.tables import (
    WRITTEN,
    as_frame,
    changes,
    frame_row,
    frames,
    measurements,
    runs,
    snapshots,
    statistics,
)
from cnnviz.training.records import Change, LayerStatistics, Measurement, Split


class RunLost(Exception):
    """Another worker owns the run now, or it has ended: stop writing."""


@dataclass(frozen=True)
class Wishes:
    """What visitors want of a run."""

    state: str  # run, pause, step or stop
    changes: Sequence[tuple[int, Change]]  # not yet taken notice of, by their ids


def owned(run_id: str, attempt: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a run is still this attempt's."""
    return runs.c.id == run_id, runs.c.attempt == attempt, runs.c.state.in_(OWNED)


class History(Database):
    """The records of all runs."""

    def write(
        self,
        run_id: str,
        attempt: int,
        *,
        new: Sequence[Measurement] = (),
        told: Sequence[LayerStatistics] = (),
        snapshot: int | None = None,
        frame: Frame | None = None,
        step: int | None = None,
        steps: int | None = None,
    ) -> Wishes:
        """Add records, the step of a snapshot and a frame; note the step reached, and of how many.

        Raises:
            RunLost: the run is no longer this attempt's.
        """
        accuracy = next((m.accuracy for m in reversed(new) if m.split in ("test", "final")), None)
        noted = {"step": step, "steps": steps, "accuracy": accuracy, "heartbeat": time.time()}
        values = {name: value for name, value in noted.items() if value is not None}
        with self.transaction() as connection:
            if connection.execute(runs.update().where(*owned(run_id, attempt)).values(values)).rowcount != 1:
                raise RunLost(run_id)
            add(connection, run_id, new=new, told=told, steps=() if snapshot is None else (snapshot,))
            if frame is not None:
                add(connection, run_id, seen=(frame,))
            return _wishes(connection, run_id)

    def wishes(self, run_id: str) -> Wishes:
        """What visitors want of a run now."""
        with self.transaction() as connection:
            return _wishes(connection, run_id)

    def take(self, change_id: int, step: int) -> None:
        """Note after which step a change holds."""
        with self.transaction() as connection:
            connection.execute(changes.update().where(changes.c.id == change_id).values(step=step))

    def changes(self, run_id: str) -> list[tuple[int, Change]]:
        """All changes of a run with their ids, in the order in which they were made."""
        with self.transaction() as connection:
            return _changes(connection, changes.c.run_id == run_id)

    def rewind(
        self, run_id: str, attempt: int, step: int, *, again: Sequence[Split] = (), changes_too: bool = False
    ) -> None:
        """Forget what a run wrote after a step: it goes on from there.

        Args:
            run_id: of the run.
            attempt: that owns it.
            step: the last one to keep; -1 forgets everything.
            again: what it will measure once more at that step, to be forgotten there.
            changes_too: forget also the changes made under way after that step.

        Raises:
            RunLost: the run is no longer this attempt's.
        """
        later = [measurements.c.step, snapshots.c.step, statistics.c.step, frames.c.iteration]
        later += [changes.c.step] if changes_too else []
        here = measurements.c.run_id == run_id, measurements.c.step == step
        with self.transaction() as connection:
            values = {"step": max(step, 0)}
            if connection.execute(runs.update().where(*owned(run_id, attempt)).values(values)).rowcount != 1:
                raise RunLost(run_id)
            for column in later:
                table = column.table
                connection.execute(sa.delete(table).where(table.c.run_id == run_id, column > step))
            connection.execute(measurements.delete().where(*here, measurements.c.split.in_(again)))

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

    def summaries(self, run_ids: Sequence[str]) -> dict[str, tuple[float, float]]:
        """Best accuracy on test images and seconds of training, of those runs that have been tested."""
        best, seconds = sa.func.max(measurements.c.accuracy), sa.func.max(measurements.c.seconds)
        tested = measurements.c.run_id.in_(run_ids), measurements.c.split.in_(("test", "final"))
        query = sa.select(measurements.c.run_id, best, seconds).where(*tested).group_by(measurements.c.run_id)
        with self.transaction() as connection:
            return {row[0]: (row[1], row[2]) for row in connection.execute(query)}

    def statistics(self, run_id: str) -> list[LayerStatistics]:
        """What a run told of its layers, by step."""
        columns = [statistics.c[name] for name in LayerStatistics.__dataclass_fields__]
        query = sa.select(*columns).where(statistics.c.run_id == run_id).order_by(statistics.c.step)
        with self.transaction() as connection:
            return [LayerStatistics(*row) for row in connection.execute(query)]

    def snapshots(self, run_id: str) -> list[int]:
        """The steps at which weights were kept, ascending."""
        query = sa.select(snapshots.c.step).where(snapshots.c.run_id == run_id).order_by(snapshots.c.step)
        with self.transaction() as connection:
            return list(connection.execute(query).scalars())

    def frames(self, run_id: str) -> list[Frame]:
        """All frames of an embedding, or of a training's live map, in their order."""
        with self.transaction() as connection:
            query = sa.select(frames).where(frames.c.run_id == run_id).order_by(frames.c.iteration)
            return [as_frame(row) for row in connection.execute(query).mappings()]

    def newest_frame(self, run_id: str, until: int | None = None) -> Frame | None:
        """The last frame so far, or the last one until an iteration."""
        query = sa.select(frames).where(frames.c.run_id == run_id)
        if until is not None:
            query = query.where(frames.c.iteration <= until)
        with self.transaction() as connection:
            row = connection.execute(query.order_by(frames.c.iteration.desc()).limit(1)).mappings().one_or_none()
        return as_frame(row) if row else None


def forget(connection: sa.Connection, run_id: str) -> None:
    """Delete all that a run wrote."""
    for table in WRITTEN:
        connection.execute(table.delete().where(table.c.run_id == run_id))


def add(
    connection: sa.Connection,
    run_id: str,
    *,
    new: Sequence[Measurement] = (),
    told: Sequence[LayerStatistics] = (),
    steps: Sequence[int] = (),
    seen: Sequence[Frame] = (),
) -> None:
    """Write what a run tells of itself."""
    rows = {
        measurements: [vars(m) for m in new],
        statistics: [vars(s) for s in told],
        snapshots: [{"step": step} for step in steps],
        frames: [frame_row(frame) for frame in seen],
    }
    for table, added in rows.items():
        if added:
            connection.execute(table.insert(), [{"run_id": run_id, **row} for row in added])


def _wishes(connection: sa.Connection, run_id: str) -> Wishes:
    state = connection.execute(sa.select(runs.c.desired_state).where(runs.c.id == run_id)).scalar_one()
    return Wishes(state, _changes(connection, changes.c.run_id == run_id, changes.c.step.is_(None)))


def _changes(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[tuple[int, Change]]:
    query = sa.select(changes.c.id, changes.c.settings, changes.c.step).where(*which).order_by(changes.c.id)
    return [(row.id, Change(row.settings, row.step)) for row in connection.execute(query)]
