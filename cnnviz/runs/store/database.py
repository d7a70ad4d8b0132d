"""The database behind the run store: opening it, and work that is done whole or not at all."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from cnnviz.configuration import shown
from cnnviz.refusal import Refusal
from cnnviz.runs.store.migrations import NEWEST, migrate, version_of
from cnnviz.runs.store.problems import StoreUnavailable, first_line, refusal_of
from cnnviz.runs.store.tables import prepare_sqlite

BUSY = 5.0  # seconds to wait for another writer


class Database:
    """One SQL database, by its address."""

    def __init__(self, url: str | sa.URL) -> None:
        self.url = without_password(url if isinstance(url, str) else url.render_as_string())
        try:
            sqlite = make_url(url).get_backend_name() == "sqlite"
            self.engine = sa.create_engine(url, connect_args={"timeout": BUSY} if sqlite else {})
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", prepare_sqlite)
            self._open()
        except Refusal:
            raise
        except Exception as error:  # whatever the driver raises that an address names
            raise Refusal(
                "CNNVIZ_STORE={store} cannot be opened ({error}); name another store, or move the damaged file away.",
                store=shown(self.url),
                error=first_line(error),
            ) from error

    def _open(self) -> None:
        """Bring the tables to the newest version.

        Raises:
            Refusal: a newer cnnviz wrote this store.
        """
        version = self._migrate()
        if version > NEWEST:
            raise Refusal(
                "CNNVIZ_STORE={store} was written by a newer cnnviz (version {version} of its tables; this one knows "
                "{newest}); upgrade cnnviz, or name another store.",
                store=shown(self.url),
                version=version,
                newest=NEWEST,
            )

    def _migrate(self) -> int:
        """Migrate what is older; the version of the tables then."""
        end = time.monotonic() + BUSY
        while True:
            try:
                return self._migrate_now()
            except sa.exc.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)  # several processes open a new file at once: then SQLite refuses without waiting

    def _migrate_now(self) -> int:
        with self.engine.connect() as connection:
            version = version_of(connection)
        if version >= NEWEST:
            return version
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "sqlite":  # its driver would begin at the first row, after the tables
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            return migrate(connection)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose work is committed at the end.

        Raises:
            StoreUnavailable: the store stays locked, or cannot be reached. Refusal: it cannot do the work at all.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.IntegrityError:
            raise  # a row that is there already: an answer of a store that works
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            refusal = refusal_of(error, self.url)
            if not isinstance(refusal, StoreUnavailable):
                self.engine.dispose()  # what its connections know of the file may be untrue by now
            raise refusal from error


def without_password(address: str) -> str:
    """An address as it may be shown."""
    return re.sub(r"(//[^:/@\s]*):[^@/\s]*@", r"\1:***@", address)
