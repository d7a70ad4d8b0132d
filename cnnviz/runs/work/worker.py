"""The child process: does the work of one run and writes what happens into the store."""

from __future__ import annotations

import errno
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
from cnnviz.runs.store.run_table import RunLost
from cnnviz.runs.work import job_of
from cnnviz.runs.work.journal import Journal, Stopped
from cnnviz.training.devices import threads

log = logging.getLogger(__name__)

NICE = 10


def main(run_id: str, attempt: int, environment: Mapping[str, str], alive: Connection) -> None:
    """Entry point of the child process."""
    end_with(alive)
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


def work(run_id: str, attempt: int) -> None:
    """Do the run and write how it ended, whatever happens."""
    from cnnviz.runs.store import current_artifacts, current_store

    store = current_store()
    journal = Journal(store, current_artifacts(), run_id, attempt)
    run = store.runs.get(run_id)
    if run is None:
        return
    try:
        job_of(run).work(journal)
    except Stopped:
        journal.finish("stopped")
    except RunLost:
        log.warning("run %s belongs to another worker now", run_id)
    except Refusal as refusal:
        journal.finish("failed", refusal.sentence)
    except OSError as error:
        full = sentence("The disk is full; free some space and start again.")
        journal.finish("failed", full if error.errno == errno.ENOSPC else Sentence(str(error)))
    except Exception as error:
        log.exception("run %s failed", run_id)
        journal.finish("failed", sentence("{kind}: {error}", kind=type(error).__name__, error=str(error)))
