"""No gesture is lost on a slow server: keys held on every slider."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_controls import STATES
from tests.conftest import ROOT

STOPPED, RUNNING = 0.06, 0.03  # seconds in turn: a third of a processor
PICTURE = """() => [...document.querySelectorAll('.st-key-convolution_view svg[data-panel]')].map(
  svg => `${svg.dataset.panel} ${svg.dataset.rows}: ${svg.textContent}`)"""


@pytest.fixture(scope="module")
def url(mnist, serve) -> Iterator[str]:
    """A dashboard of its own, whose process stands still two thirds of the time once it has started."""
    address = serve(ROOT / "app.py")
    server, ended = serve.processes[address], threading.Event()

    def hinder() -> None:
        while not ended.is_set():
            server.send_signal(signal.SIGSTOP)
            time.sleep(STOPPED)
            server.send_signal(signal.SIGCONT)
            time.sleep(RUNNING)

    thread = threading.Thread(target=hinder, daemon=True)
    thread.start()
    yield address
    ended.set()
    thread.join()


def sliders(page: Page) -> list[Locator]:
    """Those that can be moved."""
    found = page.get_by_test_id("stSlider").get_by_role("slider").all()
    return [one for one in found if one.is_visible() and one.is_enabled()]


def hold(handle: Locator, times: int, pause: int) -> None:
    handle.focus()
    for _ in range(times):
        handle.page.keyboard.press("ArrowRight")
        handle.page.wait_for_timeout(pause)


def settled(page: Page) -> list[str]:
    """Where all controls stand, and what the picture shows, when the page has come to rest."""
    expect(page.get_by_role("slider").first).to_be_visible()
    seen: list[list[str]] = []
    while len(seen) < 5 or any(one != seen[-1] for one in seen[-5:]):
        seen.append([page.url, *page.get_by_test_id("stMain").evaluate(STATES), *page.evaluate(PICTURE)])
        page.wait_for_timeout(400)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    return seen[-1][1:]


def hold_and_see(page: Page, name: str, pause: int) -> None:
    """Three presses of a key on a slider are three steps, now and when the page has come to rest."""
    handle = page.locator(f'input[type=range][aria-label="{name}"]')
    before, most = (int(float(handle.get_attribute(what) or "")) for what in ("value", "max"))
    hold(handle, 3, pause)
    wanted = str(min(before + 3, most))
    expect(handle, name).to_have_js_property("value", wanted)
    settled(page)
    expect(handle, name).to_have_js_property("value", wanted)


@pytest.mark.parametrize("pause", [20, 50])
@pytest.mark.parametrize("address", ["convolution", "convolution?input=random&lock=false", "training?more=true"])
def test_no_press_of_a_held_key_is_lost(page: Page, url: str, address: str, pause: int):
    page.goto(f"{url}/{address}")
    settled(page)
    held: list[str] = []
    for tab in [None, *page.locator(".st-key-knobs").get_by_role("tab").all()]:
        if tab is not None:
            tab.click()
        names = [handle.get_attribute("aria-label") or "" for handle in sliders(page)]
        for name in [name for name in names if name not in held]:
            hold_and_see(page, name, pause)
            held.append(name)
    assert len(held) >= 4
    assert page.url.count("=") >= 4
    shown, link = settled(page), page.url
    page.goto("about:blank")
    page.goto(link)
    assert settled(page) == shown
