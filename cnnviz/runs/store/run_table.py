"""The table of runs: which there are, in which state, and who owns them.

A run changes state by compare-and-swap on its attempt number, so that two workers can never own it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cnnviz.language import Sentence, sentence
from cnnviz.refusal import Refusal
from cnnviz.runs.records import HELD, OWNED, Run, RunKind, RunState
from cnnviz.runs.store.database import Database
from cnnviz.runs.store.tables import as_run, runs

STALE = 10.0  # seconds without a heartbeat after which nobody owns a run any more
LONGEST_NAME = 60  # characters
ENDED = sentence("The dashboard that ran this was ended; what it had written is kept.")


class RunLost(Exception):
    """Another worker owns the run now, or it has ended: stop writing."""


class RunTable:
    """All runs of one installation."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(
        self, kind: RunKind, name: str, settings: Mapping[str, Any], *, steps: int = 0, run_id: str | None = None
    ) -> tuple[str, bool]:
        """Queue a run; its id, and whether it is new: while an equal one is active, that one is meant."""
        key, now = settings_key(kind, settings), time.time()
        row = {
            "id": run_id or secrets.token_hex(5),
            "kind": kind,
            "name": name[:LONGEST_NAME],
            "settings": dict(settings),
            "state": "queued",
            "desired_state": "run",
            "message": None,
            "steps": steps,
            "result": {},
            "created": now,
            "queued": now,
            "heartbeat": now,
            "settings_key": key,
            "active_key": key,
            "parent": parent_of(settings),
        }
        try:
            with self.database.transaction() as connection:
                connection.execute(runs.insert().values(row))
            return str(row["id"]), True
        except sa.exc.IntegrityError:
            with self.database.transaction() as connection:
                existing = connection.execute(sa.select(runs.c.id).where(runs.c.active_key == key)).scalar()
            return (existing, False) if existing else self.create(kind, name, settings, steps=steps)

    def claim(self, run_id: str) -> int | None:
        """Become the owner of a queued run: its attempt number, or None when it is not to be had."""
        change = (
            runs.update()
            .where(runs.c.id == run_id, runs.c.state == "queued")
            .values(state="running", attempt=runs.c.attempt + 1, heartbeat=time.time())
        )
        with self.database.transaction() as connection:
            if connection.execute(change).rowcount != 1:
                return None
            return connection.execute(sa.select(runs.c.attempt).where(runs.c.id == run_id)).scalar_one()

    def set_state(self, run_id: str, attempt: int, state: RunState) -> None:
        """Go from running to paused or back; RunLost when the run is no longer this attempt's."""
        with self.database.transaction() as connection:
            update_owned(connection, run_id, attempt, {"state": state, "heartbeat": time.time()})

    def suspend(self, run_id: str, attempt: int) -> bool:
        """Leave a paused run without a worker, its place free; False when a visitor has asked for something else."""
        waits = (*_owned(run_id, attempt), runs.c.desired_state == "pause", runs.c.batches == 0)
        with self.database.transaction() as connection:
            return connection.execute(runs.update().where(*waits).values(state="suspended")).rowcount == 1

    def wake(self, run_id: str) -> bool:
        """Queue a suspended run; it still waits for what a visitor wants. False when it is not suspended."""
        queued = {"state": "queued", "queued": time.time(), "heartbeat": time.time()}
        asleep = runs.update().where(runs.c.id == run_id, runs.c.state == "suspended").values(queued)
        with self.database.transaction() as connection:
            return connection.execute(asleep).rowcount == 1

    def finish(
        self,
        run_id: str,
        attempt: int,
        state: RunState,
        message: Sentence | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a run that this attempt owns; False when it had ended already."""
        values: dict[str, Any] = {"state": state, "message": message, "finished": time.time(), "active_key": None}
        if result is not None:
            values["result"] = dict(result)
        with self.database.transaction() as connection:
            return connection.execute(runs.update().where(*_owned(run_id, attempt)).values(values)).rowcount == 1

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; Refusal when nothing of it can be read."""
        with self.database.transaction() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(name=legible(name)))

    def heartbeat(self, run_ids: Sequence[str]) -> None:
        """Tell that somebody still looks after these runs."""
        if run_ids:
            alive = runs.update().where(runs.c.id.in_(run_ids), runs.c.state.in_(HELD)).values(heartbeat=time.time())
            with self.database.transaction() as connection:
                connection.execute(alive)

    def interrupt_orphans(self, older_than: float = STALE) -> int:
        """Mark the active runs that nobody looks after any more as interrupted; how many there were."""
        return self._interrupt(runs.c.heartbeat < time.time() - older_than)

    def interrupt(self, run_ids: Sequence[str]) -> int:
        """Mark those of these runs that somebody looked after as interrupted; how many there were."""
        return self._interrupt(runs.c.id.in_(run_ids))

    def _interrupt(self, which: sa.ColumnElement[bool]) -> int:
        ended = {"state": "interrupted", "message": ENDED, "finished": time.time(), "active_key": None}
        with self.database.transaction() as connection:
            return connection.execute(runs.update().where(runs.c.state.in_(HELD), which).values(ended)).rowcount

    def get(self, run_id: str) -> Run | None:
        """One run, or None."""
        with self.database.transaction() as connection:
            row = connection.execute(sa.select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
        return as_run(row) if row else None

    def newest(self, kind: RunKind, limit: int = 50) -> list[Run]:
        """The newest runs of a kind first."""
        query = sa.select(runs).where(runs.c.kind == kind).order_by(runs.c.created.desc()).limit(limit)
        with self.database.transaction() as connection:
            return [as_run(row) for row in connection.execute(query).mappings()]

    def find(self, kind: RunKind, settings: Mapping[str, Any]) -> Run | None:
        """The newest run of a kind with exactly these settings, whatever became of it."""
        query = sa.select(runs).where(runs.c.settings_key == settings_key(kind, settings))
        with self.database.transaction() as connection:
            row = connection.execute(query.order_by(runs.c.created.desc()).limit(1)).mappings().one_or_none()
        return as_run(row) if row else None

    def waiting(self, kinds: Sequence[RunKind]) -> list[str]:
        """The ids of the runs of these kinds that wait for a place, the first one first."""
        query = sa.select(runs.c.id).where(runs.c.kind.in_(kinds), runs.c.state == "queued").order_by(runs.c.queued)
        with self.database.transaction() as connection:
            return list(connection.execute(query).scalars())

    def ahead(self, run_id: str, kinds: Sequence[RunKind]) -> list[Run]:
        """The runs of these kinds that a queued one waits for: those that have a place, then those queued before."""
        since = sa.select(runs.c.queued).where(runs.c.id == run_id).scalar_subquery()
        before = runs.c.state.in_(OWNED) | ((runs.c.state == "queued") & (runs.c.queued < since))
        query = sa.select(runs).where(runs.c.kind.in_(kinds), before, runs.c.id != run_id)
        order = (runs.c.state == "queued"), runs.c.queued
        with self.database.transaction() as connection:
            return [as_run(row) for row in connection.execute(query.order_by(*order)).mappings()]


def update_owned(connection: sa.Connection, run_id: str, attempt: int, values: Mapping[str, Any]) -> None:
    """Write columns of a run as its owner.

    Raises:
        RunLost: the run is no longer this attempt's.
    """
    if connection.execute(runs.update().where(*_owned(run_id, attempt)).values(values)).rowcount != 1:
        raise RunLost(run_id)


def settings_key(kind: RunKind, settings: Mapping[str, Any]) -> str:
    """Equal for equal kinds and settings."""
    return hashlib.sha256(json.dumps([kind, dict(settings)], sort_keys=True).encode()).hexdigest()


def parent_of(settings: Mapping[str, Any]) -> str | None:
    """The id of the run that a run with these settings is made of; an embedding names one."""
    return settings.get("run")


def legible(name: str) -> str:
    """A visitor's name for a run: one line, without control characters, of at most LONGEST_NAME characters.

    Raises:
        Refusal: nothing is left of it.
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in name[:1_000]).split())
    if not line:
        raise Refusal("A run needs a name: type at least one letter.")
    return line[:LONGEST_NAME].strip()


def _owned(run_id: str, attempt: int) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a run is still this attempt's."""
    return runs.c.id == run_id, runs.c.attempt == attempt, runs.c.state.in_(OWNED)
