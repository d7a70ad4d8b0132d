"""The places of store and artifacts, as the environment names them, tried before anything is kept there."""

from __future__ import annotations

import posixpath
import re
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import fsspec
import sqlalchemy as sa
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy.engine import make_url

from cnnviz.configuration import Configuration, refuse, shown, unwritable
from cnnviz.language import Sentence, sentence
from cnnviz.refusal import Refusal
from cnnviz.runs.store.database import Database, first_line, without_password

ANSWER = 20.0  # seconds to wait for a place elsewhere
IN_MEMORY = re.compile(r"(^|::)memory:")


def check(configuration: Configuration) -> None:
    """Raise Refusal, naming each variable, its value and a remedy, unless all that the environment says can be used."""
    refuse([*configuration.problems(), *problems(configuration)])


def problems(configuration: Configuration) -> Iterator[Sentence]:
    """What cannot be used of store and artifacts."""
    if configuration.store is not None:
        try:
            Database(store_address(configuration)).engine.dispose()
        except Refusal as refusal:
            yield refusal.sentence
    if configuration.artifacts is not None:
        problem = _problem_of_artifacts(configuration.artifacts)
        if problem is not None:
            yield sentence(
                "CNNVIZ_ARTIFACTS={artifacts} cannot be used ({problem}); name a folder that you may write, or an "
                "address of fsspec whose package is installed.",
                artifacts=shown(without_password(configuration.artifacts)),
                problem=problem,
            )


def store_address(configuration: Configuration) -> sa.URL:
    """The address of the run store.

    Raises:
        Refusal: it is none, or one in the memory of a single process.
    """
    if configuration.store is None:
        return sa.URL.create("sqlite", database=str(configuration.home / "runs.db"))  # whatever letters are in it
    try:
        url = make_url(configuration.store)
    except (sa.exc.SQLAlchemyError, ValueError) as error:
        raise Refusal(
            "CNNVIZ_STORE={store} is no address of a database; write such as {example}.",
            store=shown(without_password(configuration.store)),
            example="sqlite:////folder/runs.db",
        ) from error
    if url.get_backend_name() == "sqlite" and (not url.database or ":memory:" in url.database):
        raise Refusal(
            "CNNVIZ_STORE={store} would be kept in the memory of one process, and trainings run in others; "
            "name a file, such as {example}.",
            store=shown(configuration.store),
            example="sqlite:////folder/runs.db",
        )
    return url


def _problem_of_artifacts(address: str) -> object | None:
    """Why weights cannot be kept there."""
    if address.startswith(":") or not address.isprintable():
        return sentence("it is no address")
    if IN_MEMORY.search(address):
        return sentence("each process would have a memory of its own")
    try:
        files, folder = fsspec.core.url_to_fs(address)
    except Exception as error:  # of any package that a scheme belongs to
        return first_line(error)
    if isinstance(files, LocalFileSystem):
        return unwritable(Path(folder)) or None
    return _no_answer(files, folder)


def _no_answer(files: fsspec.AbstractFileSystem, folder: str) -> object | None:
    """Why a file cannot be written elsewhere; asked in a thread, as an answer may never come."""
    found: list[object] = [sentence("no answer in {seconds:.0f} s", seconds=ANSWER)]

    def write() -> None:
        path = posixpath.join(folder, f"try-{secrets.token_hex(4)}")
        try:
            files.makedirs(folder, exist_ok=True)
            files.pipe_file(path, b"cnnviz")
            files.rm_file(path)
            found.clear()
        except Exception as error:  # of any package that a scheme belongs to
            found[:] = [first_line(error)]

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    thread.join(ANSWER)
    return found[0] if found else None
