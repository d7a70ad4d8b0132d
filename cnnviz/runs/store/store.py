"""The run store: every run, its measurements, snapshots and frames, in one SQL database.

A run changes state by compare-and-swap on its attempt number, so that two writers can never own it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from cnnviz.embedding.records import Frame
from cnnviz.refusal import Refusal
from cnnviz.runs.records import ACTIVE, OWNED, Run, RunKind, RunState
from cnnviz.runs.store.history import History, RunLost, add, forget, owned
from cnnviz.runs.store.tables import as_run, changes, runs
from cnnviz.training.records import Change, LayerStatistics, Measurement

__all__ = ["RunLost", "Store", "settings_key"]

STALE = 10.0  # seconds without a heartbeat after which nobody owns a run any more
LONGEST_NAME = 60  # characters


class Store(History):
    """All runs of one installation."""

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
            return connection.execute(queued).rowcount == 1 or _want(connection, run_id, "stop", *OWNED)

    def pause(self, run_id: str) -> bool:
        """Ask a running run to wait after its next step. False when it does not run."""
        with self.transaction() as connection:
            return _want(connection, run_id, "pause", "running")

    def go_on(self, run_id: str) -> bool:
        """Ask a paused run to go on. False when it is not paused."""
        with self.transaction() as connection:
            return _want(connection, run_id, "run", "paused")

    def one_step(self, run_id: str) -> bool:
        """Ask a paused run for one step. False when it is not paused."""
        with self.transaction() as connection:
            return _want(connection, run_id, "step", "paused")

    def stepped(self, run_id: str) -> None:
        """Note that the step that was asked for is being done, and that the run shall wait after it."""
        with self.transaction() as connection:
            asked = runs.c.id == run_id, runs.c.desired_state == "step"
            connection.execute(runs.update().where(*asked).values(desired_state="pause"))

    def desired_state(self, run_id: str) -> str:
        """What visitors want of a run: run, pause, step or stop."""
        with self.transaction() as connection:
            return connection.execute(sa.select(runs.c.desired_state).where(runs.c.id == run_id)).scalar_one()

    def become(self, run_id: str, attempt: int, state: RunState) -> None:
        """Go from running to paused or back; RunLost when the run is no longer this attempt's."""
        values = {"state": state, "heartbeat": time.time()}
        with self.transaction() as connection:
            if connection.execute(runs.update().where(*owned(run_id, attempt)).values(values)).rowcount != 1:
                raise RunLost(run_id)

    def change(self, run_id: str, change: Change) -> bool:
        """Give settings of an active run new values, from its next step on. False when it is not active."""
        with self.transaction() as connection:
            active = sa.select(runs.c.id).where(runs.c.id == run_id, runs.c.state.in_(ACTIVE))
            if connection.execute(active).scalar() is None:
                return False
            connection.execute(changes.insert().values(run_id=run_id, settings=dict(change.settings)))
            return True

    def requeue(self, run_id: str, name: str, settings: Mapping[str, Any], change: Change | None = None) -> bool:
        """Queue a run that has ended once more, to go on with these settings and perhaps a change.

        False when there is no such run, or it or an equal one is active.
        """
        run = self.get(run_id)
        if run is None:
            return False
        key = settings_key(run.kind, settings)
        values: dict[str, Any] = {"name": name[:LONGEST_NAME], "settings": dict(settings), "finished": None}
        values |= {"settings_key": key, "active_key": key}
        values |= {"state": "queued", "desired_state": "run", "message": "", "heartbeat": time.time()}
        ended = runs.c.id == run_id, runs.c.state.not_in(ACTIVE)
        try:
            with self.transaction() as connection:
                if connection.execute(runs.update().where(*ended).values(values)).rowcount != 1:
                    return False
                if change is not None:
                    connection.execute(changes.insert().values(run_id=run_id, settings=dict(change.settings)))
                return True
        except sa.exc.IntegrityError:
            return False

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name; Refusal when nothing of it can be read."""
        with self.transaction() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(name=legible(name)))

    def delete(self, run_id: str) -> bool:
        """Forget a run that has ended, and the embeddings made of it. False when it is active or unknown."""
        made_of = [run.id for run in self.newest("embedding", 10_000) if run.settings.get("run") == run_id]
        with self.transaction() as connection:
            for one in (*made_of, run_id):
                ended = runs.c.id == one, runs.c.state.not_in(ACTIVE)
                if connection.execute(sa.select(runs.c.id).where(*ended)).scalar() is not None:
                    forget(connection, one)
                    connection.execute(runs.delete().where(runs.c.id == one))
                elif one == run_id:
                    return False
            return True

    def ahead(self, run: Run) -> int:
        """How many active trainings were there before a run."""
        before = runs.c.kind == run.kind, runs.c.state.in_(ACTIVE), runs.c.created < run.created
        with self.transaction() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(runs).where(*before)).scalar_one()

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
        self,
        run: Run,
        *,
        new: Sequence[Measurement] = (),
        told: Sequence[LayerStatistics] = (),
        steps: Sequence[int] = (),
        seen: Sequence[Frame] = (),
    ) -> None:
        """Put a run that ended elsewhere into this store, in place of one with the same id."""
        key = settings_key(run.kind, run.settings)
        row = {**vars(run), "desired_state": "run", "heartbeat": run.created, "settings_key": key}
        with self.transaction() as connection:
            forget(connection, run.id)
            connection.execute(runs.delete().where(runs.c.id == run.id))
            connection.execute(runs.insert().values(row))
            add(connection, run.id, new=new, told=told, steps=steps, seen=seen)

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


def legible(name: str) -> str:
    """A visitor's name for a run: one line, without control characters, of at most LONGEST_NAME characters.

    Raises:
        Refusal: nothing is left of it.
    """
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in name[:1_000]).split())
    if not line:
        raise Refusal("A run needs a name: type at least one letter.")
    return line[:LONGEST_NAME].strip()


def _want(connection: sa.Connection, run_id: str, desired: str, *states: str) -> bool:
    """Note what visitors want of a run in one of these states; False in any other."""
    wanted = runs.update().where(runs.c.id == run_id, runs.c.state.in_(states)).values(desired_state=desired)
    return connection.execute(wanted).rowcount == 1
