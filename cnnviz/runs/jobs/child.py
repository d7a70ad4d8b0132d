"""Child processes: how they are made, started, ended, and read when they have ended."""

from __future__ import annotations

import functools
import multiprocessing
import multiprocessing.util  # registers its end of children now, so that ours, registered later, comes first
import sys
from typing import Any

from cnnviz.language import Sentence, mark, sentence
from cnnviz.runs.records import RunState

GRACE = 10.0  # seconds from the request to stop until SIGKILL


def child_main(*arguments: Any) -> None:
    """Entry point of the child: imports the worker only there, so that a page need not."""
    from cnnviz.runs.work import worker

    worker.main(*arguments)


def terminate(child: Any, seconds: float) -> None:
    """SIGKILL when GRACE has passed since a request to stop."""
    if seconds > GRACE:
        child.kill()


def ending(exit_code: int | None, desired: str | None) -> tuple[RunState, Sentence | None]:
    """State and message of a run whose child ended without writing them."""
    if desired == "stop":
        return "stopped", None
    if exit_code is not None and exit_code < 0:
        by_signal = mark("The process of this run ended unexpectedly (signal {signal}). What it had written is kept.")
        return "crashed", sentence(by_signal, signal=-exit_code)
    by_itself = mark("The process of this run ended unexpectedly (exit code {code}). What it had written is kept.")
    return "crashed", sentence(by_itself, code=exit_code)


@functools.cache
def context() -> Any:
    """How children are made: forked from a server that has torch loaded (0.04 s), or spawned where that is not had."""
    if sys.platform == "linux":
        chosen = multiprocessing.get_context("forkserver")
        chosen.set_forkserver_preload(["cnnviz.runs.work.preload"])
        return chosen
    return multiprocessing.get_context("spawn")
