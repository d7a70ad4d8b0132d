"""The training page in one window: nothing moves while a run goes from its start to its end."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.screens import in_window, open_screen, rest, window
from tests.browser.gestures import ENDLESS, SHORT, button, state, state_line, stop_button, wait_for_steps

PHONE = (390, 844)
PLACES = ("start", "loss", "accuracy", "look_box", "axis", "of_run", "under_way", "run_bar", "knobs")
WATCH = """names => {
  window.places = {};
  const look = () => {
    for (const name of names) {
      const box = document.querySelector(`.st-key-${name}`)?.getBoundingClientRect();
      if (!box && name === "look_box") continue; // empty until it is drawn: its place is kept by the others
      const place = box ? [box.x, box.y, box.width, box.height].map(Math.round).join() : "gone";
      (places[name] ??= new Set()).add(place);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
SEEN = "() => Object.fromEntries(Object.entries(places).map(([name, seen]) => [name, [...seen]]))"
WIDTHS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def unmoved(page: Page) -> Callable[[], None]:
    """unmoved() begins to watch the parts of the page in each frame; called again it asserts that none has moved."""
    watching: list[bool] = []

    def check() -> None:
        if not watching:
            watching.append(True)
            page.evaluate(WATCH, PLACES)
        moved = {name: seen for name, seen in page.evaluate(SEEN).items() if len(seen) > 1}
        assert moved == {}

    return check


def open_training(page: Page, app_url: str, settings: str) -> None:
    open_screen(page, app_url, "training", settings, "loss")
    expect(page.locator(".st-key-loss .js-plotly-plot .main-svg").first).to_be_visible()
    rest(page)


def press_start(page: Page) -> None:
    """Press Start, and see another run than the one that was shown."""
    button(page, "Start").click()
    page.wait_for_url(re.compile(r"run=(?!demo)"))


def test_nothing_moves_from_start_to_stop(page: Page, app_url: str, unmoved):
    open_training(page, app_url, ENDLESS + "&seed=71")
    unmoved()
    press_start(page)
    wait_for_steps(page, 10)
    unmoved()
    button(page, "Pause").click()
    expect(state(page)).to_have_text("paused")
    expect(page.get_by_text("Take one batch at a time")).to_be_visible()
    unmoved()
    before = state_line(page).inner_text()
    button(page, "One batch").click()
    expect(state_line(page)).not_to_have_text(before)
    unmoved()
    page.get_by_role("slider", name="Learning rate now").press("ArrowRight")
    button(page, "Resume").click()
    expect(state(page)).to_have_text("running")
    stop_button(page).click()
    expect(state(page)).to_have_text("stopped")
    expect(page.get_by_text("Resume goes on exactly here")).to_be_visible()
    unmoved()


def test_nothing_moves_until_a_training_has_finished(page: Page, app_url: str, unmoved):
    open_training(page, app_url, SHORT + "&epochs=2&seed=72")
    unmoved()
    press_start(page)
    expect(state(page)).to_have_text("finished", timeout=90_000)
    expect(state_line(page)).to_contain_text("of all 360 test images")
    expect(page.get_by_text("Reading the curves.")).to_be_visible()
    unmoved()


def test_nothing_moves_when_start_is_refused(page: Page, app_url: str, unmoved):
    open_training(page, app_url, "dataset=digits&batch_size=500&subset=100")
    unmoved()
    button(page, "Start").click()
    refused = page.get_by_text("A batch of 500 needs as many training images")
    expect(refused).to_be_visible()
    assert refused.evaluate("node => node.getBoundingClientRect().bottom < innerHeight")
    unmoved()


def test_a_look_inside_moves_nothing(page: Page, app_url: str, unmoved):
    open_training(page, app_url, "run=demo-digits")
    unmoved()
    for look in ("Layers", "Predictions", "Map", "Kernels"):
        page.locator(".st-key-inside").get_by_text(look, exact=True).click()
        expect(page).to_have_url(re.compile(f"inside={look.lower()}"))
        rest(page)
    unmoved()


def test_settings_of_the_run_and_of_the_new_training(page: Page, app_url: str, unmoved):
    open_training(page, app_url, "run=demo-digits")
    unmoved()
    expect(page.get_by_text("This run (bold: unlike the new training)")).to_be_visible()
    button(page, "Use these").click()
    expect(page.get_by_text("This run, as the new training")).to_be_visible()
    expect(page).to_have_url(re.compile("network=two_conv"))
    unmoved()


@pytest.mark.parametrize("size", [(1280, 720), (1024, 576), PHONE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_start_and_its_curve_share_the_window(browser: Browser, app_url: str, size):
    with window(browser, size) as page:
        open_training(page, app_url, SHORT + "&epochs=1&seed=73")
        start, loss = page.locator(".st-key-start"), page.locator(".st-key-loss")
        assert in_window(page, start, loss)
        press_start(page)
        expect(state(page)).to_have_text("finished", timeout=90_000)
        assert in_window(page, start, loss)
        assert page.evaluate(WIDTHS)


def test_a_phone_keeps_start_and_the_loss_while_the_settings_scroll(browser: Browser, app_url: str):
    with window(browser, PHONE) as page:
        open_training(page, app_url, "run=demo-digits")
        slider = page.get_by_role("slider", name="Batch size")
        slider.scroll_into_view_if_needed()
        rest(page)
        boxes = [page.locator(f".st-key-{key}").bounding_box() for key in ("start", "loss")]
        assert all(box["y"] >= 0 for box in boxes)
        assert max(box["y"] + box["height"] for box in boxes) <= 0.45 * PHONE[1] + 60  # the navigation
        assert slider.bounding_box()["y"] > boxes[1]["y"] + boxes[1]["height"]
