"""Executors: where jobs wait for a place."""

from __future__ import annotations

import functools
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

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
