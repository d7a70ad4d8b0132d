"""Migrations: numbered statements that bring the tables of an older version to those of today.

A new store is made at once as `tables.py` says. To change a table, change it there and add an entry here: a test
holds the tables of a migrated store equal to those of a new one. What an entry did is never edited afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from cnnviz.runs.store.tables import create_tables, schema_version


@dataclass(frozen=True)
class Migration:
    """One change of the tables. Until version 7 every store is SQLite's."""

    version: int  # of the tables afterwards
    name: str
    statements: Sequence[str]


MIGRATIONS: Sequence[Migration] = (
    Migration(
        2,
        "Statistics of layers, and changes of settings under way",
        (
            """CREATE TABLE statistics (
                run_id VARCHAR(32) NOT NULL REFERENCES runs (id),
                step INTEGER NOT NULL,
                gradient_norms JSON NOT NULL,
                dead JSON NOT NULL,
                PRIMARY KEY (run_id, step)
            )""",
            """CREATE TABLE changes (
                id INTEGER NOT NULL PRIMARY KEY,
                run_id VARCHAR(32) NOT NULL REFERENCES runs (id),
                settings JSON NOT NULL,
                step INTEGER
            )""",
            "CREATE INDEX ix_changes_run_id ON changes (run_id)",
        ),
    ),
    Migration(
        3,
        "The position of a measurement is never given twice",
        (
            """CREATE TABLE measurements_again (
                id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                run_id VARCHAR(32) NOT NULL REFERENCES runs (id),
                step INTEGER NOT NULL,
                split VARCHAR(8) NOT NULL,
                loss FLOAT NOT NULL,
                accuracy FLOAT NOT NULL,
                images INTEGER NOT NULL,
                seconds FLOAT NOT NULL
            )""",
            """INSERT INTO measurements_again (id, run_id, step, split, loss, accuracy, images, seconds)
                SELECT id, run_id, step, split, loss, accuracy, images, seconds FROM measurements""",
            "DROP TABLE measurements",
            "ALTER TABLE measurements_again RENAME TO measurements",
            "CREATE INDEX measurements_of_run ON measurements (run_id, id)",
        ),
    ),
    Migration(
        4,
        "The version of the tables is kept in the store",
        ("CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY)",),
    ),
    Migration(
        5,
        "The run that an embedding was made of",
        (
            "ALTER TABLE runs ADD COLUMN parent VARCHAR(32)",
            "UPDATE runs SET parent = json_extract(settings, '$.run')",
            "CREATE INDEX ix_runs_parent ON runs (parent)",
        ),
    ),
    Migration(
        6,
        "Messages as template and values",
        (
            """UPDATE runs SET message = json_object('template', message, 'values', json('{}'), 'plural', '')
                WHERE message != ''""",
        ),
    ),
    Migration(
        7,
        "Every batch that is asked for in a pause is counted, and the queue has an order",
        (
            "ALTER TABLE runs ADD COLUMN batches INTEGER DEFAULT 0 NOT NULL",
            "UPDATE runs SET desired_state = 'pause', batches = 1 WHERE desired_state = 'step'",
            "ALTER TABLE runs ADD COLUMN queued FLOAT",
            "UPDATE runs SET queued = created",
        ),
    ),
)
NEWEST = MIGRATIONS[-1].version


def version_of(connection: sa.Connection) -> int:
    """Version of the tables of a store; 0 when it has none yet."""
    tables = sa.inspect(connection).get_table_names()
    if schema_version.name in tables:
        return connection.execute(sa.select(schema_version.c.version)).scalar_one()
    return _version_without_number(connection) if "runs" in tables else 0


def migrate(connection: sa.Connection) -> int:
    """Bring an older store to the newest version; the version that it has then. In the caller's transaction."""
    version = version_of(connection)
    if version >= NEWEST:
        return version
    if version == 0:
        create_tables(connection)
    else:
        _run(connection, version)
    connection.execute(schema_version.delete())
    connection.execute(schema_version.insert().values(version=NEWEST))
    return NEWEST


def _run(connection: sa.Connection, version: int) -> None:
    """Run the statements after a version."""
    for migration in MIGRATIONS:
        if migration.version > version:
            for statement in migration.statements:
                connection.exec_driver_sql(statement)


def _version_without_number(connection: sa.Connection) -> int:
    """Version of a store from before the number was kept in it, known by what that version brought."""
    made = "SELECT sql FROM sqlite_master WHERE name = 'measurements'"
    if "AUTOINCREMENT" in connection.exec_driver_sql(made).scalar_one():
        return 3
    return 2 if sa.inspect(connection).has_table("statistics") else 1
