"""Jobs: a run is queued in the store, an executor finds it a place, and one child process does it."""

from __future__ import annotations

import atexit
import functools
import logging
import multiprocessing
import multiprocessing.util  # registers its end of children now, so that ours, registered later, comes first
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any

from cnnviz.records import Change, RunKind
from cnnviz.runs import current_store
from cnnviz.runs.store import Store
from cnnviz.settings import Refusal

HEARTBEAT = 2.0  # seconds
GRACE = 10.0  # seconds from the wish to stop until the process is killed; half of it until it is asked by signal


log = logging.getLogger(__name__)


class DaemonExecutor(Executor):
    """A thread pool that does not keep a process alive that wants to end, as ThreadPoolExecutor does."""

    def __init__(self, workers: int) -> None:
        self.waiting: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        for _ in range(workers):
            threading.Thread(target=self._serve, daemon=True, name="job").start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a call; calls start in the order in which they came."""
        future: Future[Any] = Future()
        self.waiting.put((future, functools.partial(fn, *args, **kwargs)))
        return future

    def _serve(self) -> None:
        while True:
            future, call = self.waiting.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:
                    log.exception("a job's supervision failed")
                    future.set_exception(error)


class Jobs:
    """The runs that this process looks after."""

    def __init__(self, store: Store, heavy: Executor, light: Executor) -> None:
        self.store, self.heavy, self.light = store, heavy, light
        self.held: set[str] = set()
        self.children: dict[str, Any] = {}  # run: its process, while it lives
        self.closed = False
        self.beating = threading.Thread(target=self._beat, daemon=True, name="heartbeat")
        self.beating.start()

    def submit(self, kind: RunKind, name: str, settings: Mapping[str, Any]) -> tuple[str, bool]:
        """Queue a run; its id, and whether it is new: an equal run that is active is not started twice."""
        run_id, new = self.store.create(kind, name, settings)
        if new:
            self._place(run_id, kind)
        return run_id, new

    def go_on(self, run_id: str, name: str, settings: Mapping[str, Any], change: Change | None = None) -> bool:
        """Queue a training that has ended once more, to go on from its last state; False when it cannot be had."""
        queued = self.store.requeue(run_id, name, settings, change)
        if queued:
            self._place(run_id, "training")
        return queued

    def _place(self, run_id: str, kind: RunKind) -> None:
        self.held.add(run_id)
        executor = self.heavy if kind == "training" else self.light
        executor.submit(self.supervise, run_id)

    def supervise(self, run_id: str) -> None:
        """Own a queued run until its child process has ended, however it ends."""
        try:
            attempt = self.store.claim(run_id)
            if attempt is not None:
                code = self._run_child(run_id, attempt)
                if not self.closed:
                    self.store.finish(run_id, attempt, *ending(code, self.store.desired_state(run_id)))
        finally:
            self.held.discard(run_id)

    def _run_child(self, run_id: str, attempt: int) -> int | None:
        """Start the child, wait for its end, and hasten it when a visitor asked for that; its exit code."""
        reader, writer = context().Pipe(duplex=False)
        environment = {name: value for name, value in os.environ.items() if name.startswith("CNNVIZ_")}
        child = context().Process(
            target=child_main, args=(run_id, attempt, environment, reader), daemon=True, name=f"run {run_id}"
        )
        with writer:
            child.start()
            reader.close()
            self.children[run_id] = child
            asked: float | None = None
            while child.is_alive():
                child.join(0.2)
                if asked is None and self._is_to_stop(run_id):
                    asked = time.monotonic()
                elif asked is not None:
                    hasten(child, time.monotonic() - asked)
        del self.children[run_id]
        return child.exitcode

    def _is_to_stop(self, run_id: str) -> bool:
        """Whether a visitor asked for the end; a busy store is asked again later."""
        with suppress(Refusal):
            return self.store.desired_state(run_id) == "stop"
        return False

    def close(self) -> None:
        """End the children at once, one that hangs too, and tell that the held runs ended with this process."""
        self.closed = True
        for child in list(self.children.values()):
            child.kill()  # first: it may hang while it holds the lock of the store
        self.store.interrupt(list(self.held))

    def _beat(self) -> None:
        """Keep the held runs ours, and notice those that nobody holds."""
        while True:
            try:
                self.store.beat(list(self.held))
                self.store.interrupt_orphans()
            except Refusal:
                pass  # the store is busy: the next beat will do
            time.sleep(HEARTBEAT)


def child_main(*arguments: Any) -> None:
    """Entry point of the child: imports the worker only there, so that a page need not."""
    from cnnviz.runs import worker

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
        chosen.set_forkserver_preload(["cnnviz.runs.preload"])
        return chosen
    return multiprocessing.get_context("spawn")


def warm_up() -> None:
    """Look after the store from now on, and start the server of children, so that the first run need not wait."""
    current_jobs()
    if sys.platform == "linux":
        from multiprocessing import forkserver

        context()
        forkserver.ensure_running()


@functools.cache
def jobs_of(store: Store) -> Jobs:
    """The jobs of a store, one per process."""
    jobs = Jobs(store, heavy=DaemonExecutor(max(1, (os.cpu_count() or 2) - 1)), light=DaemonExecutor(2))
    atexit.register(jobs.close)
    return jobs


def current_jobs() -> Jobs:
    """The jobs of the store that the environment names."""
    return jobs_of(current_store())
