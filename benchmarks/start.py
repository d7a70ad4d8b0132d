"""How long until there is something to see? From the start of the process to the first picture, and from Start to
the first loss, of this project and of an older commit of it in turn, in Chromium.

`python -m benchmarks.start`; needs git, the packages of requirements-dev.txt and a Chromium (or CNNVIZ_BROWSER).
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import FLAGS, find_browser
from benchmarks.server import ROOT, dashboard

BASE = "166f6ff"
TURNS = 5
PICTURE = ".st-key-convolution_view svg[data-panel] rect, .st-key-convolution_view svg[data-panel] path"
PICTURES: Mapping[str, str] = {
    "home": "[data-testid=stDataFrame] canvas",
    "convolution": PICTURE,
}
LOSS = "SELECT 1 FROM measurements WHERE run_id NOT LIKE 'demo%' AND step > 0"
TRAINING = "dataset=mnist&network=two_conv&epochs=50"


@contextmanager
def tree(commit: str) -> Iterator[Path]:
    """The files of a commit, in a worktree of its own."""
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-") as folder:
        place = Path(folder) / "tree"
        subprocess.run(
            ["git", "worktree", "add", "--detach", str(place), commit], cwd=ROOT, check=True, stderr=subprocess.DEVNULL
        )
        try:
            yield place
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(place)], cwd=ROOT, check=True)


def first_picture(browser: Browser, root: Path, page_name: str) -> float:
    """Seconds from the start of the process until the picture of its first page stands in the browser."""
    with opened(browser) as page:
        started = time.perf_counter()
        with dashboard(root=root) as server:
            page.goto(f"http://{server.address}/{page_name}", wait_until="commit")
            page.locator(PICTURES[page_name]).first.wait_for(state="attached")
            return time.perf_counter() - started


def first_loss(browser: Browser, root: Path) -> float:
    """Seconds from Start, pressed as soon as it stands on the first page of a fresh process, to the first loss."""
    with opened(browser) as page, dashboard(root=root) as server:
        page.goto(f"http://{server.address}/training?{TRAINING}", wait_until="commit")
        page.get_by_test_id("stMain").get_by_role("button", name="Start", exact=True).click()
        started = time.perf_counter()
        with closing(sqlite3.connect(f"file:{server.home}/runs.db?mode=ro", uri=True)) as store:
            while store.execute(LOSS).fetchone() is None:
                page.wait_for_timeout(10)
        return time.perf_counter() - started


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    """A page of a browser that has fetched nothing yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(120_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def compare(browser: Browser, before: Path) -> list[float]:
    """How many times as long the older commit takes, for each question."""
    ratios = []
    questions = {
        "first picture of home": lambda root: first_picture(browser, root, "home"),
        "first picture of convolution": lambda root: first_picture(browser, root, "convolution"),
        "first loss after Start": lambda root: first_loss(browser, root),
    }
    for words, ask in questions.items():
        turns = [(ask(ROOT), ask(before)) for _ in range(TURNS)]
        ours, theirs = (statistics.median(side) for side in zip(*turns, strict=True))
        ratios.append(statistics.median(old / new for new, old in turns))
        print(f"{words:30} {ours:5.2f} s; before {theirs:5.2f} s; {ratios[-1]:.2f} times as long", flush=True)
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default=BASE, help="the commit to compare with")
    with tree(parser.parse_args().base) as before, sync_playwright() as playwright:
        path = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        ratios = compare(browser, before)
        browser.close()
    print(f"start_ratio {min(ratios):.2f}")


if __name__ == "__main__":
    main()
