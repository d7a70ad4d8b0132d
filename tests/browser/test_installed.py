"""The installed package: `cnnviz serve`, from a folder that has nothing to do with it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import wait_for

OTHERS = """
[server]
address = "0.0.0.0"
enableStaticServing = false
"""


@pytest.fixture
def packages(wheel: Path, tmp_path: Path) -> Path:
    """A folder of installed packages."""
    ZipFile(wheel).extractall(tmp_path / "packages")
    return tmp_path / "packages"


@pytest.fixture
def port(packages: Path, mnist, tmp_path: Path) -> Iterator[int]:
    """Where `cnnviz serve` answers, started in a folder with other settings for Streamlit."""
    (tmp_path / "elsewhere" / ".streamlit").mkdir(parents=True)
    (tmp_path / "elsewhere" / ".streamlit" / "config.toml").write_text(OTHERS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "cnnviz", "serve", "--server.headless=true", "--server.port", str(port)],
        cwd=tmp_path / "elsewhere",
        env={**os.environ, "PYTHONPATH": str(packages), "CNNVIZ_HOME": str(tmp_path / "home")},
    )
    wait_for(server, f"http://127.0.0.1:{port}/_stcore/health")
    yield port
    server.terminate()
    server.wait(20)


def test_it_is_served_with_its_own_settings_from_any_folder(page: Page, port: int, packages: Path):
    page.goto(f"http://127.0.0.1:{port}")
    expect(page.get_by_role("heading", name="Recent runs")).to_be_visible()
    page.get_by_role("link", name="Convolution").first.click()
    expect(page.locator("figure.output svg").first).to_be_visible()
    page.get_by_role("link", name="Embedding").click()
    expect(page.locator(".st-key-map .js-plotly-plot .scatterlayer .trace").first).to_be_visible()
    assert list((packages / "cnnviz" / "dashboard" / "static").glob("plotly-*.js"))
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=5):
        pass  # another address of this machine, where only a server for everybody would answer
