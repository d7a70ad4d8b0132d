"""Child processes: how they are made, started, ended, and read when they have ended."""

from __future__ import annotations

import functools
import multiprocessing
import multiprocessing.util  # registers its end of children now, so that ours, registered later, comes first
import sys
from typing import Any

GRACE = 10.0  # seconds from the wish to stop until the process is killed; half of it until it is asked by signal


def child_main(*arguments: Any) -> None:
    """Entry point of the child: imports the worker only there, so that a page need not."""
    from cnnviz.runs.work import worker

    worker.main(*arguments)


def hasten(child: Any, seconds: float) -> None:
    """Ask a child that does not stop by signal after half of the grace, and kill it at its end."""
    if seconds > GRACE:
        child.kill()
    elif seconds > GRACE / 2:
        child.terminate()


def ending(exit_code: int | None, desired: str) -> tuple[Any, str]:
    """State and message of a run whose child ended without writing them."""
    if desired == "stop":
        return "stopped", ""
    cause = f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
    return (
        "crashed",
        f"The process of this run ended unexpectedly ({cause}). What it had written is kept.",
    )


@functools.cache
def context() -> Any:
    """How children are made: forked from a server that has torch loaded (0.04 s), or spawned where that is not had."""
    if sys.platform == "linux":
        chosen = multiprocessing.get_context("forkserver")
        chosen.set_forkserver_preload(["cnnviz.runs.work.preload"])
        return chosen
    return multiprocessing.get_context("spawn")
