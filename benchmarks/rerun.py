"""What does one rerun of each page cost the server? Processor time, over a real websocket, with the demo run.

`python -m benchmarks.rerun [page …]`; Linux.
"""

from __future__ import annotations

import sys
import time

from benchmarks.server import Server, Visitor, cpu_seconds, dashboard
from cnnviz.ui.frame.navigation import HOME, LESSONS

WARM_UP = 3  # reruns that are not counted
RERUNS = 30
SETTLE = 12.0  # seconds until the server of child processes has loaded torch


def measure(server: Server, page: str) -> tuple[float, float, int]:
    """Milliseconds of processor time and of waiting, and bytes, of one rerun."""
    visitor = Visitor(server.address, page)
    for _ in range(WARM_UP):
        visitor.rerun()
    started, spent = time.perf_counter(), cpu_seconds(server.pid)
    received = sum(visitor.rerun() for _ in range(RERUNS))
    spent, waited = cpu_seconds(server.pid) - spent, time.perf_counter() - started
    visitor.close()
    return 1000 * spent / RERUNS, 1000 * waited / RERUNS, received // RERUNS


def main(pages: list[str]) -> None:
    with dashboard() as server:
        Visitor(server.address, "home").close()
        time.sleep(SETTLE)
        print(f"mean of {RERUNS} reruns")
        print(f"{'page':14} {'CPU ms':>8} {'wait ms':>8} {'KiB':>8}")
        worst = 0.0
        for page in pages:
            cpu, wait, size = measure(server, page)
            worst = max(worst, cpu)
            print(f"{page:14} {cpu:8.1f} {wait:8.1f} {size / 1024:8.1f}", flush=True)
        print(f"worst_ms {worst:.1f}")


if __name__ == "__main__":
    main(sys.argv[1:] or [lesson.name for lesson in (HOME, *LESSONS)])
