"""Problems of the run store: what a database says when it cannot do its work, as a sentence with what to do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import sqlalchemy as sa

from cnnviz.language import mark
from cnnviz.refusal import Refusal

P = ParamSpec("P")
T = TypeVar("T")
AGAIN = 0.2  # seconds after which a store that could not be used is asked again


class StoreUnavailable(Refusal):
    """The store is locked, or cannot be reached; it may be to be had again by itself."""


BUSY = mark("The run store is busy: another program keeps it locked ({error}). Try again in a moment.")
AWAY = mark("The run store {store} cannot be reached ({error}). Nothing is lost; try again when it is back.")
FULL = mark("The disk of the run store {store} is full. Free some space, then try again.")
READ_ONLY = mark("The run store {store} cannot be written. Make the file and its folder writable, then try again.")
DAMAGED = mark(
    "The run store {store} is damaged ({error}). Bring back a copy of it, or move it away and start the dashboard "
    "again: a new one is made then."
)
STRANGE = mark(
    "The run store {store} is not as this version of cnnviz has made it ({error}). Start the dashboard again; "
    "if this stays, name another store with CNNVIZ_STORE."
)
OF_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_IOERR: AWAY,
    sqlite3.SQLITE_CANTOPEN: AWAY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}


def refusal_of(error: sa.exc.SQLAlchemyError, store: str) -> Refusal:
    """What became of the work that a database could not do.

    Args:
        error: of the database.
        store: its address, as it may be shown.
    """
    template = _template(error)
    kind = StoreUnavailable if template in (BUSY, AWAY) else Refusal
    return kind(template, store=store, error=first_line(error))


def _template(error: sa.exc.SQLAlchemyError) -> str:
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if code is not None:
        return OF_SQLITE.get(code & 0xFF, STRANGE)  # the higher bits tell details
    away = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError)
    return AWAY if away else STRANGE


def first_line(error: BaseException) -> str:
    """The first line of an error, short enough for a sentence."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def patiently(call: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
    """What a call to the store gives; while the store is not to be had, it is asked again."""
    while True:
        try:
            return call(*arguments, **named)
        except StoreUnavailable:
            time.sleep(AGAIN)
