"""The child process: does the work of one run and writes what happens into the store."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection

import numba
import torch

from cnnviz.language import Sentence, sentence
from cnnviz.refusal import Refusal
from cnnviz.runs.records import Run
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.problems import patiently
from cnnviz.runs.store.run_table import ENDED, RunLost
from cnnviz.runs.store.store import Store
from cnnviz.runs.work import heavy_kinds, job_of
from cnnviz.runs.work.journal import Journal, Stopped, Suspended
from cnnviz.training.devices import threads

log = logging.getLogger(__name__)

NICE = 10


def main(run_id: str, attempt: int, environment: Mapping[str, str], alive: Connection) -> None:
    """Entry point of the child process."""
    end_with(alive)
    for name in [name for name in os.environ if name.startswith("CNNVIZ_")]:
        del os.environ[name]  # of the moment at which the server of children was started
    os.environ.update(environment)
    if hasattr(os, "nice") and os.nice(0) < NICE:  # the server of children has it before it loads anything
        os.nice(NICE - os.nice(0))  # the pages of visitors come first
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and with it this process
    torch.set_num_threads(threads())
    numba.set_num_threads(threads())  # threads that wait for a busy processor cost more than they bring
    work(run_id, attempt)


def end_with(alive: Connection) -> None:
    """End this process as soon as the parent's end of the pipe is closed."""

    def watch() -> None:
        try:
            alive.recv()
        except (EOFError, OSError):
            os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def end_on_request(journal: Journal) -> None:
    """Let SIGTERM end the work after its next step, with what it needs to resume saved."""

    def end(_signal: int, _frame: object) -> None:
        journal.must_end = True

    signal.signal(signal.SIGTERM, end)


def work(run_id: str, attempt: int) -> None:
    """Do the run and write how it ended, whatever happens."""
    from cnnviz.runs.store import current_artifacts, current_store

    store = patiently(current_store)
    run = patiently(store.runs.get, run_id)
    if run is not None:
        do(run, attempt, store, current_artifacts())


def do(run: Run, attempt: int, store: Store, artifacts: Artifacts) -> None:
    """Do a run as its owner."""
    job = job_of(run)
    journal = Journal(store, artifacts, run.id, attempt, heavy_kinds() if job.heavy else ())
    if threading.current_thread() is threading.main_thread():
        end_on_request(journal)
    try:
        job.work(journal)
    except Stopped as end:
        journal.finish(end.state, ENDED if end.state == "interrupted" else None)
    except Suspended:
        log.info("run %s has given its place to one that waited", run.id)
    except RunLost:
        log.warning("run %s belongs to another worker now", run.id)
    except Refusal as refusal:
        journal.finish("failed", refusal.sentence)
    except OSError as error:
        log.exception("run %s failed", run.id)
        journal.finish("failed", _cause(error))
    except Exception as error:
        log.exception("run %s failed", run.id)
        journal.finish("failed", sentence("{kind}: {error}", kind=type(error).__name__, error=str(error)))


def _cause(error: OSError) -> Sentence:
    """What the computer refused, without the number of the error and the names of files."""
    cause = error.strerror or type(error).__name__
    return sentence("This computer refused something that the run needed ({cause}).", cause=cause)
