"""The start page: pictures of all lessons in the first window, each a way to its page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.screens import in_window, rest, window
from cnnviz.ui.frame.navigation import LESSONS

BOXES = "all => all.map(one => { const b = one.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })"
COLOURS = """canvas => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let k = 0; k < data.length; k += 4) if (data[k + 3]) seen.add(data.slice(k, k + 4).join());
  return seen.size;
}"""
ADDRESS = "canvas => canvas.toDataURL()"


def pictures(page: Page):
    return page.locator(".st-key-cards .picture")


def all_drawn(page: Page) -> None:
    expect(pictures(page)).to_have_count(len(LESSONS))
    expect(page.locator(".st-key-cards .picture[data-waiting]")).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 720), (1366, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_all_of_it_is_in_the_first_window(browser: Browser, app_url: str, size):
    with window(browser, size) as page:
        page.goto(app_url)
        all_drawn(page)
        rest(page)
        boxes = [".st-key-cards", ".st-key-start", ".st-key-digits_strip", "[data-testid=stDataFrame]"]
        for box in boxes:
            assert in_window(page, page.locator(box)), box
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_later_pictures_come_into_their_places(browser: Browser, app_url: str):
    with window(browser) as page:
        page.goto(app_url)
        expect(pictures(page)).to_have_count(len(LESSONS))
        before = page.locator(".st-key-cards .card").evaluate_all(BOXES)
        all_drawn(page)
        rest(page)
        assert page.locator(".st-key-cards .card").evaluate_all(BOXES) == before
        for k in range(len(LESSONS)):
            assert pictures(page).nth(k).evaluate(COLOURS) > 3
            assert len(pictures(page).nth(k).get_attribute("aria-label").split()) > 5


def test_pictures_are_of_the_run_that_is_looked_at(browser: Browser, app_url: str):
    drawn = []
    for run in ("demo-mnist", "demo-digits"):
        with window(browser) as page:
            page.goto(f"{app_url}/?run={run}")
            all_drawn(page)
            rest(page)
            drawn.append([pictures(page).nth(k).evaluate(ADDRESS) for k in range(len(LESSONS))])
            assert f"run={run}" in page.locator(".st-key-cards a[data-name=network]").get_attribute("href")
    assert [first == second for first, second in zip(*drawn, strict=True)] == [True, False, False, False, False]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_picture_leads_to_its_page(page: Page, app_url: str, lesson):
    page.goto(app_url)
    page.locator(f".st-key-cards a[data-name={lesson.name}]").click()
    expect(page.get_by_role("heading", level=1, name=lesson.title)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/{lesson.name}"))


def test_a_digit_leads_through_the_network(page: Page, app_url: str, mnist):
    page.goto(app_url)
    wanted = int((mnist.test_labels == 6).argmax())
    page.get_by_role("button", name=f"Test image {wanted}: 6").click()
    expect(page.get_by_role("heading", level=1, name="Network")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"network\?.*image={wanted}\b"))
    expect(page.get_by_text("This is a 6;")).to_be_visible()
