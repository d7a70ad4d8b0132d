"""Requests: what visitors want of a run, until its worker has acknowledged it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cnnviz.runs.records import ACTIVE, OWNED
from cnnviz.runs.store.database import Database
from cnnviz.runs.store.tables import changes, runs
from cnnviz.training.records import Change


@dataclass(frozen=True)
class Requests:
    """Pending requests of a run: the state wanted, and changes of settings."""

    state: str  # run, pause, step or stop
    changes: Sequence[tuple[int, Change]]  # not yet acknowledged, by their ids


class RequestTable:
    """The requests of all runs; each method that makes one says whether the run was in a state to be asked."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def stop(self, run_id: str) -> bool:
        """Ask an active run to stop; a queued one ends at once. False when there is nothing to stop."""
        ended = {"state": "stopped", "finished": time.time(), "active_key": None}
        with self.database.transaction() as connection:
            queued = runs.update().where(runs.c.id == run_id, runs.c.state == "queued").values(ended)
            return connection.execute(queued).rowcount == 1 or _request(connection, run_id, "stop", OWNED)

    def pause(self, run_id: str) -> bool:
        """Ask a running run to wait after its next step. False when it does not run."""
        with self.database.transaction() as connection:
            return _request(connection, run_id, "pause", {"running"})

    def resume(self, run_id: str) -> bool:
        """Ask a paused run to go on. False when it is not paused."""
        with self.database.transaction() as connection:
            return _request(connection, run_id, "run", {"paused"})

    def step(self, run_id: str) -> bool:
        """Ask a paused run for one step. False when it is not paused."""
        with self.database.transaction() as connection:
            return _request(connection, run_id, "step", {"paused"})

    def change(self, run_id: str, change: Change) -> bool:
        """Give settings of an active run new values, from its next step on. False when it is not active."""
        active = sa.select(runs.c.id).where(runs.c.id == run_id, runs.c.state.in_(ACTIVE))
        with self.database.transaction() as connection:
            if connection.execute(active).scalar() is None:
                return False
            add_change(connection, run_id, change)
            return True

    def pending(self, run_id: str) -> Requests:
        """What visitors want of a run now."""
        with self.database.transaction() as connection:
            return pending(connection, run_id)

    def desired_state(self, run_id: str) -> str:
        """The state that visitors want of a run: run, pause, step or stop."""
        with self.database.transaction() as connection:
            return _desired_state(connection, run_id)

    def acknowledge_step(self, run_id: str) -> None:
        """Note that the step that was asked for is being done, and that the run shall wait after it."""
        asked = runs.c.id == run_id, runs.c.desired_state == "step"
        with self.database.transaction() as connection:
            connection.execute(runs.update().where(*asked).values(desired_state="pause"))

    def acknowledge(self, change_id: int, step: int) -> None:
        """Note after which step a change holds."""
        with self.database.transaction() as connection:
            connection.execute(changes.update().where(changes.c.id == change_id).values(step=step))

    def changes(self, run_id: str) -> list[tuple[int, Change]]:
        """All changes of a run with their ids, acknowledged or not, in the order in which they were made."""
        with self.database.transaction() as connection:
            return _changes(connection, changes.c.run_id == run_id)


def pending(connection: sa.Connection, run_id: str) -> Requests:
    """What visitors want of a run now."""
    unseen = changes.c.run_id == run_id, changes.c.step.is_(None)
    return Requests(_desired_state(connection, run_id), _changes(connection, *unseen))


def add_change(connection: sa.Connection, run_id: str, change: Change) -> None:
    """Add a change; one without a step is to be acknowledged."""
    connection.execute(changes.insert().values(run_id=run_id, settings=dict(change.settings), step=change.step))


def forget_changes_after(connection: sa.Connection, run_id: str, step: int) -> None:
    """Delete the changes that were acknowledged after a step."""
    connection.execute(changes.delete().where(changes.c.run_id == run_id, changes.c.step > step))


def _request(connection: sa.Connection, run_id: str, desired: str, states: frozenset[str] | set[str]) -> bool:
    """Note the state wanted of a run that is in one of these; False in any other."""
    wanted = runs.update().where(runs.c.id == run_id, runs.c.state.in_(states)).values(desired_state=desired)
    return connection.execute(wanted).rowcount == 1


def _desired_state(connection: sa.Connection, run_id: str) -> str:
    return connection.execute(sa.select(runs.c.desired_state).where(runs.c.id == run_id)).scalar_one()


def _changes(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[tuple[int, Change]]:
    query = sa.select(changes.c.id, changes.c.settings, changes.c.step).where(*which).order_by(changes.c.id)
    return [(row.id, Change(row.settings, row.step)) for row in connection.execute(query)]
