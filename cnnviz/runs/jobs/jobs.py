"""Jobs: a run is queued in the store, an executor finds it a place, and one child process does it."""

from __future__ import annotations

import atexit
import functools
import os
import sys
import threading
import time
from concurrent.futures import Executor
from typing import Any

from cnnviz.refusal import Refusal
from cnnviz.runs.jobs.child import child_main, context, ending, terminate
from cnnviz.runs.jobs.executors import DaemonExecutor
from cnnviz.runs.store import current_store
from cnnviz.runs.store.problems import patiently
from cnnviz.runs.store.run_table import STALE
from cnnviz.runs.store.store import Store
from cnnviz.runs.work import job_of
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.training import TrainingJob
from cnnviz.training.records import Change

HEARTBEAT = 2.0  # seconds
FAREWELL = 5.0  # seconds that children have when this process ends


class Jobs:
    """The runs that this process looks after."""

    def __init__(self, store: Store, heavy: Executor, light: Executor) -> None:
        self.store, self.heavy, self.light = store, heavy, light
        self.held: list[str] = []  # a run stands here twice that was requeued before its last child had quite ended
        self.children: dict[str, Any] = {}  # run: its process, while it lives
        self.closed = False
        threading.Thread(target=self._send_heartbeats, daemon=True, name="heartbeat").start()

    def submit(self, job: Job) -> tuple[str, bool]:
        """Queue a job; the id of its run, and whether it is new: an equal one that is active is not started twice."""
        run_id, new = self.store.runs.create(job.kind, job.name, job.to_dict())
        if new:
            self._place(run_id, job)
        return run_id, new

    def requeue(self, run_id: str, job: TrainingJob, name: str, *changes: Change) -> bool:
        """Requeue an ended run to resume from its saved state; False if it is gone or active."""
        queued = self.store.requeue(run_id, name, job.to_dict(), *changes)
        if queued:
            self._place(run_id, job)
        return queued

    def wake(self, run_id: str) -> None:
        """Queue a run again that had given its place away; any other is left as it is."""
        run = self.store.runs.get(run_id)
        if run is not None and self.store.runs.wake(run_id):
            self._place(run_id, job_of(run))

    def _place(self, run_id: str, job: Job) -> None:
        self.held.append(run_id)
        executor = self.heavy if job.heavy else self.light
        executor.submit(self.supervise, run_id)

    def supervise(self, run_id: str) -> None:
        """Own a queued run until its child process has ended, however it ends."""
        try:
            attempt = patiently(self.store.runs.claim, run_id)
            if attempt is not None:
                code = self._run_child(run_id, attempt)
                if not self.closed:
                    desired = patiently(self.store.requests.desired_state, run_id)
                    patiently(self.store.runs.finish, run_id, attempt, *ending(code, desired))
        finally:
            self.held.remove(run_id)

    def _run_child(self, run_id: str, attempt: int) -> int | None:
        """Start the child, wait for its end, which a request to stop brings nearer; its exit code."""
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
                    terminate(child, time.monotonic() - asked)
        if self.children.get(run_id) is child:
            del self.children[run_id]
        return child.exitcode

    def _is_to_stop(self, run_id: str) -> bool:
        """Whether a visitor asked for the end; a busy store is asked again later."""
        try:
            return self.store.requests.desired_state(run_id) == "stop"
        except Refusal:
            return False

    def close(self) -> None:
        """End the children, and write that the held runs ended with this process.

        They have FAREWELL seconds to save what their runs need to resume; one that hangs is killed.
        """
        self.closed = True
        children, end = list(self.children.values()), time.monotonic() + FAREWELL
        for child in children:
            child.terminate()
        for child in children:
            child.join(max(0.0, end - time.monotonic()))
            child.kill()  # it may hang while it holds the lock of the store
        self.store.runs.interrupt(list(self.held))

    def _send_heartbeats(self) -> None:
        """Keep the held runs ours, and notice those that nobody holds."""
        sent = time.monotonic()
        while True:
            try:
                self.store.runs.heartbeat(list(self.held))
                if time.monotonic() - sent < STALE:  # else nobody could give a sign of life
                    self.store.runs.interrupt_orphans()
                sent = time.monotonic()
            except Refusal:
                pass  # the next heartbeat will do
            time.sleep(HEARTBEAT)


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
