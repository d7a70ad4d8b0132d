"""Requests: what visitors want of a run, until its worker has acknowledged it.

The newest request holds; none but a stop is final. A request that would change nothing is refused.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cnnviz.runs.records import ACTIVE, OWNED
from cnnviz.runs.store.database import Database
from cnnviz.runs.store.tables import changes, runs
from cnnviz.training.records import Change


@dataclass(frozen=True)
class Requests:
    """Pending requests of a run: the state wanted, single batches in a pause, and changes of settings."""

    state: str  # run, pause or stop
    batches: int  # not yet begun
    changes: Sequence[tuple[int, Change]]  # not yet acknowledged, by their ids


WORKS = runs.c.state.in_(OWNED)  # somebody does the run
TO_PAUSE = runs.c.desired_state == "pause"
WAITS = sa.and_(runs.c.state == "paused", TO_PAUSE, runs.c.batches == 0)  # and shall go on waiting
BY_BATCH = sa.or_(runs.c.state == "paused", sa.and_(runs.c.state.in_(("running", "queued")), TO_PAUSE))


class RequestTable:
    """The requests of all runs; each method that makes one says whether the run was in a state to be asked."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def stop(self, run_id: str) -> bool:
        """Ask an active run to stop; one without a worker ends at once. False when there is nothing to stop."""
        ended = {"state": "stopped", "finished": time.time(), "active_key": None}
        idle = runs.update().where(runs.c.id == run_id, runs.c.state.in_(ACTIVE - OWNED)).values(ended)
        asked = runs.update().where(runs.c.id == run_id, WORKS).values(desired_state="stop")
        with self.database.transaction() as connection:
            return connection.execute(idle).rowcount == 1 or connection.execute(asked).rowcount == 1

    def pause(self, run_id: str) -> bool:
        """Ask a run to wait after its next step. False when nobody does it, or it waits already."""
        return self._request(run_id, sa.and_(WORKS, ~WAITS), desired_state="pause", batches=0)

    def resume(self, run_id: str) -> bool:
        """Ask a run that waits, or is about to, to resume. False when it does neither."""
        return self._request(run_id, BY_BATCH, desired_state="run", batches=0)

    def step(self, run_id: str) -> bool:
        """Ask a run that waits, or is about to, for one step more. False when it does neither."""
        return self._request(run_id, BY_BATCH, desired_state="pause", batches=runs.c.batches + 1)

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

    def desired_state(self, run_id: str) -> str | None:
        """The state that visitors want of a run: run, pause or stop; None of one that was deleted."""
        with self.database.transaction() as connection:
            return connection.execute(sa.select(runs.c.desired_state).where(runs.c.id == run_id)).scalar()

    def acknowledge_batch(self, run_id: str) -> bool:
        """Begin one of the batches that were asked for. False when none is wanted any more."""
        return self._request(run_id, sa.and_(TO_PAUSE, runs.c.batches > 0), batches=runs.c.batches - 1)

    def acknowledge(self, change_id: int, step: int) -> None:
        """Note after which step a change holds."""
        with self.database.transaction() as connection:
            connection.execute(changes.update().where(changes.c.id == change_id).values(step=step))

    def changes(self, run_id: str) -> list[tuple[int, Change]]:
        """All changes of a run with their ids, acknowledged or not, in the order in which they were made."""
        with self.database.transaction() as connection:
            return _changes(connection, changes.c.run_id == run_id)

    def _request(self, run_id: str, possible: sa.ColumnElement[bool], **wanted: Any) -> bool:
        """Note what is wanted of a run that can be asked for it, and is not to stop."""
        which = runs.c.id == run_id, runs.c.desired_state != "stop", possible
        with self.database.transaction() as connection:
            return connection.execute(runs.update().where(*which).values(wanted)).rowcount == 1


def pending(connection: sa.Connection, run_id: str) -> Requests:
    """What visitors want of a run now."""
    wanted = connection.execute(sa.select(runs.c.desired_state, runs.c.batches).where(runs.c.id == run_id)).one()
    unseen = changes.c.run_id == run_id, changes.c.step.is_(None)
    return Requests(wanted.desired_state, wanted.batches, _changes(connection, *unseen))


def add_change(connection: sa.Connection, run_id: str, change: Change) -> None:
    """Add a change; one without a step is to be acknowledged."""
    connection.execute(changes.insert().values(run_id=run_id, settings=dict(change.settings), step=change.step))


def forget_changes_after(connection: sa.Connection, run_id: str, step: int) -> None:
    """Delete the changes that were acknowledged after a step."""
    connection.execute(changes.delete().where(changes.c.run_id == run_id, changes.c.step > step))


def _changes(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[tuple[int, Change]]:
    query = sa.select(changes.c.id, changes.c.settings, changes.c.step).where(*which).order_by(changes.c.id)
    return [(row.id, Change(row.settings, row.step)) for row in connection.execute(query)]
