"""Make the pictures of all pages: `python -m assets.make_screenshots [page …]`; needs a Chromium."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import FLAGS, find_browser
from benchmarks.screens import rest
from benchmarks.server import dashboard
from cnnviz.convolution.examples import EXAMPLES

SCREENS = Path(__file__).parent / "screens"
COLOURS = 96  # of a picture's palette
UNTIL_DRAWN = 8_000  # ms


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    size: tuple[int, int] = (1280, 720)
    scheme: str = "light"
    parameters: str = ""


LOOKS: Mapping[str, Look] = {
    "light": Look(),
    "dark": Look(scheme="dark"),
    "phone": Look((390, 844)),
    "presenter": Look(parameters="present=true"),
}


def point_at_output(page: Page) -> None:
    """An output cell and where it comes from."""
    output = page.locator('.st-key-convolution_view svg[data-panel="output"]').first
    cell, columns = (float(output.get_attribute(f"data-{name}") or 1) for name in ("cell", "columns"))
    place = (int(0.6 * columns) + 0.5) * cell
    output.hover(position={"x": place, "y": place})


def point_at_dot(page: Page) -> None:
    """A point of the map with its image."""
    page.locator(".st-key-map .scatterlayer .trace").nth(9).locator("path.point").nth(5).hover(force=True)


CHANNELS = urlencode({"matrix": EXAMPLES["channels"].matrix, "kernel": EXAMPLES["channels"].kernel, "bias": "3"})
PAGES: Mapping[str, tuple[str, Callable[[Page], None] | None]] = {
    "home": ("", None),
    "convolution": (f"convolution?{CHANNELS}", point_at_output),
    "training": ("training?run=demo-mnist", None),
    "network": ("network?run=demo-mnist", None),
    "embedding": ("embedding?run=demo-mnist", point_at_dot),
    "predictions": ("predictions?run=demo-mnist", None),
}


def shoot(browser: Browser, address: str, names: Collection[str]) -> None:
    """The pages of a dashboard, each in every look."""
    for name in names:
        path, gesture = PAGES[name]
        for kind, look in LOOKS.items():
            width, height = look.size
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=look.scheme,  # type: ignore[arg-type]
            )
            page.goto(f"http://{address}/{path}{'&' if '?' in path else '?'}{look.parameters}".rstrip("?&"))
            page.get_by_role("heading", level=1).wait_for()
            rest(page)
            page.wait_for_timeout(UNTIL_DRAWN)
            if gesture and kind != "phone":
                gesture(page)
                page.wait_for_timeout(500)
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture.quantize(COLOURS).save(SCREENS / f"{name}-{kind}.png", optimize=True)
            page.close()


def main(names: Collection[str]) -> None:
    """Start a dashboard and photograph it."""
    SCREENS.mkdir(exist_ok=True)
    with dashboard() as server, sync_playwright() as playwright:
        path = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        shoot(browser, server.address, names or PAGES)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
