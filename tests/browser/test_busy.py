"""A class opens the link of a training that runs, on a computer that has no time for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gestures import ENDLESS, metric, start, stop_button

SESSIONS = 10
PATIENCE = 300_000  # ms: all of them wait for each other


@pytest.fixture
def busy() -> Iterator[Callable[[], None]]:
    """busy() leaves the dashboard half of each processor from then on."""
    burners: list[subprocess.Popen[bytes]] = []

    def burn() -> None:
        spin = [sys.executable, "-c", "while True: pass"]
        burners.extend(subprocess.Popen(spin) for _ in range(os.cpu_count() or 1))

    yield burn
    for burner in burners:
        burner.kill()
        burner.wait()


@pytest.mark.parametrize("inside", ["kernels", "layers"])
def test_ten_sessions_open_a_training_that_runs(page: Page, app_url: str, browser: Browser, busy, inside: str):
    page.set_default_timeout(PATIENCE)
    run = start(page, app_url, f"{ENDLESS}&seed={61 + len(inside)}&inside={inside}")
    expect(metric(page, "State")).to_have_text("running", timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Inside")).to_be_visible(timeout=PATIENCE)  # there is something to see
    busy()
    guests = [browser.new_context().new_page() for _ in range(SESSIONS)]
    for guest in guests:
        guest.set_default_timeout(PATIENCE)
        guest.goto(f"{app_url}/training?run={run}&inside={inside}", wait_until="commit")
    for guest in guests:
        expect(guest.get_by_role("heading", name="Inside")).to_be_visible(timeout=PATIENCE)
        shown = ".st-key-kernels canvas" if inside == "kernels" else ".st-key-gradients .main-svg"
        expect(guest.locator(shown).first).to_be_visible(timeout=PATIENCE)
        before = guest.get_by_test_id("stProgress").first.inner_text()
        expect(guest.get_by_test_id("stProgress").first).not_to_have_text(before, timeout=PATIENCE)
    for guest in guests:
        assert guest.get_by_test_id("stException").count() == 0
        assert guest.get_by_text("encountered an error").count() == 0
        guest.context.close()
    stop_button(page).click()
    expect(metric(page, "State")).to_have_text("stopped", timeout=PATIENCE)
