"""What a visitor of the training page does and sees."""

from __future__ import annotations

import re

from playwright.sync_api import Page

SHORT = "dataset=digits&network=two_conv&batch_size=32"
ENDLESS = "dataset=mnist&network=two_conv&batch_size=1&epochs=50"  # three million steps: no machine gets there
CHART = ".st-key-loss .js-plotly-plot"


def state(page: Page):
    """The word for how the run that is shown stands."""
    return page.locator(".st-key-state strong").first


def state_line(page: Page):
    """All that is told of it in one line."""
    return page.get_by_test_id("stProgress")


def start(page: Page, app_url: str, settings: str) -> str:
    """Press Start; the id of the run."""
    page.goto(f"{app_url}/training?{settings}")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile(r"run=(?!demo)"))
    return re.search(r"run=([a-z0-9]+)", page.url)[1]


def stop_button(page: Page):
    """Ours: Streamlit shows one of its own while a page is drawn."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True)


def drawn_steps(page: Page) -> int:
    return page.locator(CHART).evaluate(
        "chart => Math.max(0, ...(chart.calcdata?.[0] ?? []).map(point => point.x || 0))"
    )


def wait_for_steps(page: Page, wanted: int) -> None:
    page.wait_for_function(
        """wanted => {
          const chart = document.querySelector('.st-key-loss .js-plotly-plot');
          return Math.max(0, ...(chart?.calcdata?.[0] ?? []).map(point => point.x || 0)) > wanted;
        }""",
        arg=wanted,
    )


def button(page: Page, name: str):
    """A button of the page, not of Streamlit's frame."""
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)
