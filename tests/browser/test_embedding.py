"""The embedding page: one place for every map, and the images of the points that are chosen on it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.screens import in_window, rest, window
from cnnviz.inspection import features

SIZES = ((1280, 720), (1024, 576), (1920, 1080))
MAP, SELECTION = ".st-key-map .js-plotly-plot", ".st-key-selection .tile"
PARTS = [".st-key-figure", ".st-key-map .chart", ".st-key-knobs", ".st-key-compute", ".st-key-below"]
# The places that parts of the page have had, looked at in every animation frame.
FOLLOW = """parts => {
  window.places = Object.fromEntries(parts.map(part => [part, []]));
  const look = () => {
    for (const [part, seen] of Object.entries(places)) {
      const node = document.querySelector(part);
      const place = node?.checkVisibility() && JSON.stringify(node.getBoundingClientRect());
      if (place && !seen.includes(place)) seen.push(place);
    }
    requestAnimationFrame(look);
  };
  look();
}"""
# Rows of the points within a rectangle in the window, by the axes of the chart.
WITHIN = """(chart, {left, top, right, bottom}) => {
  const box = chart.querySelector('.nsewdrag').getBoundingClientRect();
  const { xaxis, yaxis } = chart._fullLayout;
  return chart.calcdata.flat().filter(point => {
    const x = box.left + xaxis.d2p(point.x), y = box.top + yaxis.d2p(point.y);
    return typeof point.data === 'number' && x > left && x < right && y > top && y < bottom;
  }).map(point => point.data);
}"""


def opened(page: Page, app_url: str, more: str) -> Page:
    page.goto(f"{app_url}/embedding?{more}")
    page.locator(f"{MAP} .scatterlayer .trace path.point").first.wait_for()
    rest(page)
    return page


def lasso(page: Page, share: float) -> tuple[list[int], list[int]]:
    """Draw a lasso round the upper part of the map; the rows of the points well within, and of those that touch it."""
    box = page.locator(f"{MAP} .nsewdrag").bounding_box()
    left, top = box["x"] + 6, box["y"] + 6
    right, bottom = box["x"] + box["width"] - 6, box["y"] + share * box["height"]
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 1)):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()
    inner, outer = (
        page.locator(MAP).evaluate(
            WITHIN, {"left": left + rim, "top": top + rim, "right": right - rim, "bottom": bottom - rim}
        )
        for rim in (3, -3)
    )
    return inner, outer


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_drawing_the_map_moves_nothing(browser: Browser, app_url: str, size):
    perplexity = (5, 10, 20)[SIZES.index(size)]  # of its own: a map that is drawn stays
    with window(browser, size) as page:
        opened(page, app_url, f"run=demo-digits&step=20&images=200&perplexity={perplexity}")
        button = page.get_by_role("button", name="Draw the map")
        assert in_window(page, button, page.locator(MAP), page.locator(".st-key-foot"))
        page.evaluate(FOLLOW, PARTS)
        button.click()
        expect(page.locator(".st-key-map .player")).to_be_visible()
        expect(page.locator(".st-key-trust")).to_contain_text("trustworthiness")
        rest(page)
        seen = page.evaluate("() => places")
        assert {part: places for part, places in seen.items() if len(places) != 1} == {}
        assert in_window(page, button, page.locator(".st-key-map"), page.locator(".st-key-trust"))
        inner, outer = lasso(page, 0.7)
        expect(page.locator(".st-key-selected")).to_contain_text("images chosen")
        assert len(inner) <= int(page.locator(".st-key-selected p").first.inner_text().split()[0]) <= len(outer)


@pytest.mark.parametrize("step", ["", "&step=100"], ids=["finished", "of the training"])
def test_a_lasso_shows_the_images_of_its_points(page: Page, app_url: str, step: str):
    opened(page, app_url, f"run=demo-mnist{step}")
    before = page.locator(MAP).bounding_box()
    inner, outer = lasso(page, 0.45)
    said = page.locator(".st-key-selected p").first
    expect(said).to_have_text(re.compile(r"^\d+ images chosen, \d+ wrong$"))
    chosen = int(said.inner_text().split()[0])
    assert 24 < len(inner) <= chosen <= len(outer)
    expect(page.locator(SELECTION)).to_have_count(24)
    expect(page.get_by_text(f"and {chosen - 24} more")).to_be_visible()
    assert page.locator(MAP).bounding_box() == before
    numbers = features.chosen_test_images("mnist", 500 if step else 1500)
    shown = page.locator(SELECTION).evaluate_all("tiles => tiles.map(tile => Number(tile.dataset.id))")
    assert len(set(shown)) == 24
    assert set(shown) <= {int(numbers[row]) for row in outer}
    marks = page.locator(f"{SELECTION} .mark").all_inner_texts()
    assert marks == sorted(marks, key="✗✓".index), "the wrong ones first"


def test_a_chosen_image_is_followed_and_another_map_forgets_it(browser: Browser, app_url: str):
    with window(browser) as page:
        opened(page, app_url, "run=demo-mnist")
        dot = page.locator(f"{MAP} .scatterlayer .trace").nth(3).locator("path.point").nth(7).bounding_box()
        page.mouse.click(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
        tile = page.locator(SELECTION)
        expect(tile).to_have_count(1)
        assert in_window(page, tile, page.locator(".st-key-map"))
        page.get_by_role("slider", name="Test images").press("ArrowLeft")
        expect(page.locator(SELECTION)).to_have_count(0)
        page.get_by_role("slider", name="Test images").press("ArrowRight")
        expect(tile).to_have_count(1)
        image = tile.get_attribute("data-id")
        tile.click()
        link = page.get_by_role("link", name=f"See test image {image} pass through the network")
        assert in_window(page, link)
        link.click()
        page.wait_for_url(re.compile(rf"network\?.*image={image}\b"))


def test_the_keyboard_goes_from_point_to_point_and_chooses(page: Page, app_url: str):
    opened(page, app_url, "run=demo-mnist")
    chart, line = (
        page.get_by_role("application", name="t-SNE map of 1500 test images"),
        page.locator(".plotly-view-image .line"),
    )
    chart.focus()
    seen = set()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        before = page.locator(".plotly-view-image").bounding_box()
        page.keyboard.press(key)
        expect(line).to_have_text(re.compile(r"^\d, predicted \d \([<> ]*\d+%\)$"))
        after = page.locator(".plotly-view-image").bounding_box()
        seen.add((after["x"], after["y"]))
        if before is not None:
            side, way = {"R": ("x", 1), "L": ("x", -1), "D": ("y", 1), "U": ("y", -1)}[key[5]]
            assert way * (after[side] - before[side]) >= 0
    assert len(seen) > 1
    told = line.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(SELECTION)).to_have_count(1)
    name = page.locator(SELECTION).get_attribute("aria-label")
    assert re.search(r"true (\d), predicted (\d)", name).groups() == re.match(r"(\d), predicted (\d)", told).groups()
    page.get_by_role("slider", name="Perplexity").focus()
    expect(page.locator(".plotly-view-image")).to_be_hidden()
