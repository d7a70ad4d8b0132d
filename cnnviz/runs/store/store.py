"""The run store: the runs, their records and the requests of visitors, in one SQL database."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cnnviz.runs.records import ACTIVE, Run
from cnnviz.runs.store import record_tables, request_table
from cnnviz.runs.store.database import Database
from cnnviz.runs.store.record_tables import Records, RecordTables
from cnnviz.runs.store.request_table import Requests, RequestTable
from cnnviz.runs.store.run_table import LONGEST_NAME, RunTable, parent_of, settings_key, update_owned
from cnnviz.runs.store.tables import WRITTEN, runs
from cnnviz.training.records import Change, Split

NOTHING = Records()


class Store:
    """One database with its tables; what concerns several of them is done here, in one transaction."""

    def __init__(self, url: str | sa.URL) -> None:
        self.database = Database(url)
        self.runs = RunTable(self.database)
        self.records = RecordTables(self.database)
        self.requests = RequestTable(self.database)

    def write(
        self,
        run_id: str,
        attempt: int,
        records: Records = NOTHING,
        *,
        step: int | None = None,
        steps: int | None = None,
    ) -> Requests:
        """Add records of a run, note the step reached and of how many; what visitors want of it now.

        Raises:
            RunLost: the run is no longer this attempt's.
        """
        tested = (m.accuracy for m in reversed(records.measurements) if m.split in ("test", "final"))
        noted = {"step": step, "steps": steps, "accuracy": next(tested, None), "heartbeat": time.time()}
        values = {name: value for name, value in noted.items() if value is not None}
        with self.database.transaction() as connection:
            update_owned(connection, run_id, attempt, values)
            record_tables.add(connection, run_id, records)
            return request_table.pending(connection, run_id)

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
        with self.database.transaction() as connection:
            update_owned(connection, run_id, attempt, {"step": max(step, 0)})
            record_tables.forget_after(connection, run_id, step, again)
            if changes_too:
                request_table.forget_changes_after(connection, run_id, step)

    def requeue(self, run_id: str, name: str, settings: Mapping[str, Any], *changes: Change) -> bool:
        """Queue a run that has ended once more, to resume with these settings and perhaps some changes.

        False when there is no such run, or it or an equal one is active.
        """
        run = self.runs.get(run_id)
        if run is None:
            return False
        key = settings_key(run.kind, settings)
        values: dict[str, Any] = {"name": name[:LONGEST_NAME], "settings": dict(settings), "finished": None}
        values |= {"settings_key": key, "active_key": key}
        values |= {"state": "queued", "queued": time.time(), "desired_state": "run", "batches": 0}
        values |= {"message": None, "heartbeat": time.time()}
        try:
            with self.database.transaction() as connection:
                if connection.execute(runs.update().where(*_ended(run_id)).values(values)).rowcount != 1:
                    return False
                for change in changes:
                    request_table.add_change(connection, run_id, change)
                return True
        except sa.exc.IntegrityError:
            return False

    def delete(self, run_id: str) -> bool:
        """Forget a run that has ended, and the embeddings made of it. False when it is active or unknown."""
        with self.database.transaction() as connection:
            if connection.execute(sa.select(runs.c.id).where(*_ended(run_id))).scalar() is None:
                return False
            _delete(connection, runs.c.parent == run_id, runs.c.state.not_in(ACTIVE))
            _delete(connection, runs.c.id == run_id)
            return True

    def adopt(self, run: Run, records: Records) -> None:
        """Put a run that ended elsewhere into this store, in place of one with the same id."""
        key = settings_key(run.kind, run.settings)
        row = {**vars(run), "parent": parent_of(run.settings), "settings_key": key}
        row |= {"desired_state": "run", "heartbeat": run.created}
        with self.database.transaction() as connection:
            _delete(connection, runs.c.id == run.id)
            connection.execute(runs.insert().values(row))
            record_tables.add(connection, run.id, records)


def _ended(run_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a run can change no more."""
    return runs.c.id == run_id, runs.c.state.not_in(ACTIVE)


def _delete(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> None:
    """Delete these runs and all that they wrote."""
    for table in WRITTEN:
        connection.execute(table.delete().where(table.c.run_id.in_(sa.select(runs.c.id).where(*which))))
    connection.execute(runs.delete().where(*which))
