"""The browser that benchmarks, screenshots and browser tests drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "msedge", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


def find_browser(own: str) -> str | None:
    """The browser of CNNVIZ_BROWSER, an installed one, or Playwright's own."""
    candidates = [os.environ.get("CNNVIZ_BROWSER"), *map(shutil.which, NAMES), *PLACES, own]
    return next((path for path in candidates if path and Path(path).exists()), None)
