"""The database behind the run store: opening it, and work that is done whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from cnnviz.refusal import Refusal
from cnnviz.runs.store.tables import create_tables, prepare_sqlite

BUSY = 5.0  # seconds to wait for another writer


class Database:
    """One SQL database, by its address."""

    def __init__(self, url: str) -> None:
        self.url = url
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY}} if url.startswith("sqlite") else {}
        try:
            self.engine = sa.create_engine(url, **options)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", prepare_sqlite)
            self._open()
        except (sa.exc.SQLAlchemyError, ImportError) as error:
            where = make_url(url).render_as_string(hide_password=True) if "://" in url else url
            raise Refusal(
                f"CNNVIZ_STORE={where} cannot be opened ({first_line(error)}); "
                "name another store, or move the damaged file away."
            ) from error

    def _open(self) -> None:
        """Make the tables. Where several processes open a new file at once, SQLite refuses without waiting."""
        end = time.monotonic() + BUSY
        while True:
            try:
                with self.engine.begin() as connection:
                    return create_tables(connection)
            except sa.exc.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose work is committed at the end; Refusal when the store stays locked."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.OperationalError as error:
            raise Refusal(f"The run store is busy ({first_line(error)}); try again in a moment.") from error


def first_line(error: BaseException) -> str:
    """The first line of an error, short enough for a sentence."""
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
