"""Records of runs: measurements, statistics of layers, steps of snapshots, and frames of maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cnnviz.embedding.records import Frame
from cnnviz.runs.store.database import Database
from cnnviz.runs.store.tables import as_frame, frame_row, frames, measurements, snapshots, statistics
from cnnviz.training.records import LayerStatistics, Measurement, Split


@dataclass(frozen=True)
class Records:
    """What a run has to write at one moment."""

    measurements: Sequence[Measurement] = ()
    statistics: Sequence[LayerStatistics] = ()
    snapshots: Sequence[int] = ()  # steps whose weights are saved
    frames: Sequence[Frame] = ()


@dataclass(frozen=True)
class Summary:
    """What a run has shown on test images."""

    tested: Measurement  # the last one: of a sample under way, of all at the end
    best: float | None  # highest accuracy of a test under way


class RecordTables:
    """The tables that runs add rows to."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def measurements(self, run_id: str, after: int = 0) -> tuple[list[Measurement], int]:
        """The measurements written since a position, and the position to go on from."""
        columns = [measurements.c[name] for name in Measurement.__dataclass_fields__]
        query = (
            sa.select(measurements.c.id, *columns)
            .where(measurements.c.run_id == run_id, measurements.c.id > after)
            .order_by(measurements.c.id)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return [Measurement(*row[1:]) for row in rows], rows[-1][0] if rows else after

    def summaries(self, run_ids: Sequence[str]) -> dict[str, Summary]:
        """What was measured on test images, of those runs that have been tested."""
        columns = [measurements.c[name] for name in Measurement.__dataclass_fields__]
        tested = measurements.c.run_id.in_(run_ids), measurements.c.split.in_(("test", "final"))
        last = sa.select(sa.func.max(measurements.c.id)).where(*tested).group_by(measurements.c.run_id)
        best = sa.select(measurements.c.run_id, sa.func.max(measurements.c.accuracy)).group_by(measurements.c.run_id)
        with self.database.transaction() as connection:
            under_way = connection.execute(best.where(tested[0], measurements.c.split == "test"))
            highest = {row[0]: row[1] for row in under_way}
            rows = connection.execute(
                sa.select(measurements.c.run_id, *columns).where(measurements.c.id.in_(last))
            ).all()
        return {row[0]: Summary(Measurement(*row[1:]), highest.get(row[0])) for row in rows}

    def statistics(self, run_id: str) -> list[LayerStatistics]:
        """The statistics of a run's layers, by step."""
        columns = [statistics.c[name] for name in LayerStatistics.__dataclass_fields__]
        query = sa.select(*columns).where(statistics.c.run_id == run_id).order_by(statistics.c.step)
        with self.database.transaction() as connection:
            return [LayerStatistics(*row) for row in connection.execute(query)]

    def snapshots(self, run_id: str) -> list[int]:
        """The steps at which weights were kept, ascending."""
        query = sa.select(snapshots.c.step).where(snapshots.c.run_id == run_id).order_by(snapshots.c.step)
        with self.database.transaction() as connection:
            return list(connection.execute(query).scalars())

    def frames(self, run_id: str) -> list[Frame]:
        """All frames of an embedding, or of a training's live map, in their order."""
        query = sa.select(frames).where(frames.c.run_id == run_id).order_by(frames.c.iteration)
        with self.database.transaction() as connection:
            return [as_frame(row) for row in connection.execute(query).mappings()]

    def newest_frame(self, run_id: str, until: int | None = None) -> Frame | None:
        """The last frame so far, or the last one until an iteration."""
        query = sa.select(frames).where(frames.c.run_id == run_id)
        if until is not None:
            query = query.where(frames.c.iteration <= until)
        with self.database.transaction() as connection:
            row = connection.execute(query.order_by(frames.c.iteration.desc()).limit(1)).mappings().one_or_none()
        return as_frame(row) if row else None


def add(connection: sa.Connection, run_id: str, records: Records) -> None:
    """Add what a run has to write."""
    rows = {
        measurements: [vars(measurement) for measurement in records.measurements],
        statistics: [vars(one) for one in records.statistics],
        snapshots: [{"step": step} for step in records.snapshots],
        frames: [frame_row(frame) for frame in records.frames],
    }
    for table, added in rows.items():
        if added:
            connection.execute(table.insert(), [{"run_id": run_id, **row} for row in added])


def forget_after(connection: sa.Connection, run_id: str, step: int, again: Sequence[Split]) -> None:
    """Delete the records after a step, and the measurements at it that will be made again."""
    for column in (measurements.c.step, snapshots.c.step, statistics.c.step, frames.c.iteration):
        table = column.table
        connection.execute(sa.delete(table).where(table.c.run_id == run_id, column > step))
    here = measurements.c.run_id == run_id, measurements.c.step == step
    connection.execute(measurements.delete().where(*here, measurements.c.split.in_(again)))
