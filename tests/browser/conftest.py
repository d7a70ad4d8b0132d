"""A real server and a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect, sync_playwright

from benchmarks.browser import FLAGS, find_browser
from cnnviz.ui.components.shared import modules
from tests.conftest import ROOT, missing

expect.set_options(timeout=60_000)

INSTALLS = ([sys.executable, "-m", "playwright", "install", "chromium"], ["apt-get", "install", "-y", "chromium"])


def install_browser() -> None:
    """Try to install one: Playwright's download first, then Debian's package where we may."""
    for command in INSTALLS:
        if shutil.which(command[0]) and subprocess.run(command, check=False).returncode == 0:
            return


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        if not find_browser(own):
            install_browser()
        path = find_browser(own) or missing("A browser (set CNNVIZ_BROWSER to a Chromium, Chrome or Edge)")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody who keeps what the browser has once fetched."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """A fresh page of 1280x900; every exception in the page fails the test."""
    page = visitor.new_page()
    page.set_default_timeout(60_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


WATCH = """chart => {
  const place = chart.closest('[class*=st-key-]').className.match(/st-key-\\S+/)[0];
  window.seen = {frames: 0, missing: 0};
  const look = () => {
    window.seen.frames += 1;
    const now = document.querySelector(`.${place} .js-plotly-plot`);
    if (now !== chart || !now.querySelector('.scatterlayer .trace path')) window.seen.missing += 1;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


@pytest.fixture
def watch() -> Callable[[Locator], Callable[[], dict[str, int]]]:
    """watch(chart) counts animation frames, and those without the same drawn chart, until its result is called."""

    def start(chart: Locator) -> Callable[[], dict[str, int]]:
        chart.evaluate(WATCH)
        return lambda: chart.page.evaluate("() => seen")

    return start


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """serve(script, **environment) starts a server of its own and gives its address."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(script: Path | str, **environment: str) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        home = tempfile.mkdtemp(dir=os.environ["CNNVIZ_HOME"])
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
        server = subprocess.Popen(
            [*command, f"--server.port={port}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "CNNVIZ_HOME": home, **environment},
        )
        servers.append(server)
        wait_for(server, f"http://127.0.0.1:{port}/_stcore/health")
        start.processes[f"http://127.0.0.1:{port}"] = server  # type: ignore[attr-defined]
        return f"http://127.0.0.1:{port}"

    start.processes = {}  # type: ignore[attr-defined]
    yield start
    for server in servers:
        server.terminate()
    for server in servers:
        server.wait(20)


def wait_for(server: subprocess.Popen[bytes], address: str, patience: float = 60) -> None:
    """Until the server answers; an exception when it ends or stays silent."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        assert server.poll() is None, f"the server ended with status {server.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)


@pytest.fixture(scope="session")
def app_url(mnist, serve: Callable[..., str]) -> str:
    """The address of the dashboard."""
    return serve(ROOT / "app.py")


@pytest.fixture
def modules_page(page: Page) -> Page:
    """A page that can import the modules of the components, without Streamlit."""
    address = "http://modules.test"

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(f"{address}/")
        if path in modules.sources():
            route.fulfill(body=modules.sources()[path], content_type="application/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page.route(f"{address}/**", answer)
    page.goto(address)
    return page
