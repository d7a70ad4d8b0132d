"""What do viewers cost a training? Images per second of a run with 0, 1, 5 and 20 viewers of its page, in turn.

Each viewer is a real websocket that asks for the live part of the page as often as a browser does.
`python -m benchmarks.live`; Linux.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from benchmarks.server import ROOT, Visitor, dashboard
from cnnviz.runs.store import open_store

VIEWERS = (0, 1, 5, 20)
TURNS = 5
MEASURED = 8.0  # seconds of each turn
SETTLE = 2.0  # seconds before
RUN = ["--network", "same_padded", "--epochs", "50"]


class Viewer(Visitor):
    """A visitor who watches."""

    def __init__(self, address: str, query: str) -> None:
        super().__init__(address, "training", query)
        self.ended = threading.Event()
        self.looks = 0
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while not self.ended.wait(self.interval or 0.5):
            self.rerun(fragment=self.fragment)
            self.looks += 1

    def leave(self) -> None:
        """End watching."""
        self.ended.set()
        self.thread.join(30)
        self.close()


@contextlib.contextmanager
def training(home: str) -> Iterator[str]:
    """A run under way, in a process of its own."""
    environment = {**os.environ, "CNNVIZ_HOME": home}
    command = [sys.executable, "-m", "cnnviz", "train", *RUN]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    store = open_store(f"sqlite:///{home}/runs.db")
    run = None
    while run is None or run.step == 0:
        time.sleep(0.2)
        run = next((r for r in store.runs.newest("training") if r.active), None)
    try:
        yield run.id
    finally:
        store.requests.stop(run.id)
        process.wait(60)


def images_per_second(home: str, run_id: str) -> float:
    """Of a run, by the clock on the wall, tests and snapshots included."""
    store = open_store(f"sqlite:///{home}/runs.db")
    _, position = store.records.measurements(run_id)
    started = time.perf_counter()
    time.sleep(MEASURED)
    new, _ = store.records.measurements(run_id, position)
    batches = [m for m in new if m.split == "batch"]
    return (batches[-1].images - batches[0].images) / (time.perf_counter() - started)


def main() -> None:
    speeds: dict[int, list[float]] = {count: [] for count in VIEWERS}
    looks: dict[int, list[float]] = {count: [] for count in VIEWERS}
    with dashboard() as server, training(server.home) as run_id:
        Viewer(server.address, f"run={run_id}").leave()
        for _ in range(TURNS):
            for count in VIEWERS:
                viewers = [Viewer(server.address, f"run={run_id}") for _ in range(count)]
                time.sleep(SETTLE)
                seen = sum(viewer.looks for viewer in viewers)
                speeds[count].append(images_per_second(server.home, run_id))
                rate = (sum(viewer.looks for viewer in viewers) - seen) / MEASURED
                looks[count].append(rate / count if count else 0.0)
                for viewer in viewers:
                    viewer.leave()
    print(f"{'viewers':>8} {'images/s':>9} {'share':>6} {'looks/s of each':>16}")
    for count in VIEWERS:
        shares = [with_them / alone for with_them, alone in zip(speeds[count], speeds[0], strict=True)]
        share = statistics.median(shares)
        print(
            f"{count:8} {statistics.median(speeds[count]):9,.0f} {share:6.2f} {statistics.median(looks[count]):16.2f}",
            flush=True,
        )
        if count == 5:
            result = share
    print(f"live_share {result:.2f}")


if __name__ == "__main__":
    main()
