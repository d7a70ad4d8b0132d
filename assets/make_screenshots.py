"""Make the pictures of the README: `python -m assets.make_screenshots`; needs requirements-dev.txt and a Chromium."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.browser import FLAGS, find_browser
from benchmarks.server import dashboard
from cnnviz.convolution.examples import EXAMPLES

HERE = Path(__file__).parent
COLOURS = 128  # of a picture's palette


def embedding(page: Page) -> None:
    """A point of the map with its image."""
    page.locator(".st-key-map .main-svg").first.wait_for()
    page.wait_for_timeout(2500)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 95)")
    page.wait_for_timeout(500)
    dot = page.locator(".st-key-map .scatterlayer .trace").nth(9).locator("path.point").nth(5).bounding_box()
    assert dot is not None
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    page.wait_for_timeout(600)


def convolution(page: Page) -> None:
    """An output cell and where it comes from."""
    output = page.locator('.st-key-convolution_view svg[data-panel="output"]').first
    output.wait_for()
    page.wait_for_timeout(1500)
    cell, columns = (float(output.get_attribute(f"data-{name}") or 1) for name in ("cell", "columns"))
    place = (int(0.6 * columns) + 0.5) * cell
    output.hover(position={"x": place, "y": place})
    page.wait_for_timeout(400)


def training(page: Page) -> None:
    """A run: what is reached, the curves, the time machine, the kernels."""
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    page.wait_for_timeout(2500)
    page.get_by_test_id("stMetric").first.evaluate("metric => metric.scrollIntoView()")
    page.get_by_test_id("stMain").evaluate("main => main.scrollBy(0, -90)")  # below the header
    page.wait_for_timeout(1000)


CHANNELS = urlencode({"matrix": EXAMPLES["channels"].matrix, "kernel": EXAMPLES["channels"].kernel, "bias": "3"})
DIGIT = urlencode({"input": "digit", "digit": 3, "kernel": "-1 0 1; -2 0 2; -1 0 1", "padding_rows": 1})
SHOTS = [
    ("screenshot.png", "embedding", embedding, 1280, 1010, "light"),
    ("training.png", "training?run=demo-mnist", training, 1280, 1010, "light"),
    ("convolution.png", f"convolution?{CHANNELS}", convolution, 1280, 900, "light"),
    ("convolution-dark.png", f"convolution?{DIGIT}", convolution, 1280, 900, "dark"),
    ("convolution-phone.png", f"convolution?{CHANNELS}", convolution, 390, 900, "light"),
]


def shoot(browser: Browser, address: str) -> None:
    """All pictures of a dashboard."""
    for name, path, gesture, width, height, scheme in SHOTS:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
        page.goto(f"http://{address}/{path}")
        gesture(page)
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        picture.quantize(COLOURS).save(HERE / name, optimize=True)
        page.close()


def main() -> None:
    """Start a dashboard and photograph it."""
    with dashboard() as server, sync_playwright() as playwright:
        path = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        shoot(browser, server.address)
        browser.close()


if __name__ == "__main__":
    main()
