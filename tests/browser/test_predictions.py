"""The predictions page: the confusion matrix, the tiles beside it, and how one filters the other."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.screens import in_window, rest, window

SIZES = ((1280, 720), (1366, 768), (1024, 768), (1024, 576), (1920, 1080))
ADDRESS = "predictions?run=demo-digits&step=20"  # early enough for many mistakes
GALLERY, MATRIX = ".st-key-gallery .gallery", ".st-key-confusion .confusion-matrix"
CELL = re.compile(r"true (\w), predicted (\w): ([\d,]+) images?")


def opened(page: Page, app_url: str, more: str = "") -> Page:
    page.goto(f"{app_url}/{ADDRESS}{more}")
    page.locator(f"{MATRIX} td button").first.wait_for()
    rest(page)
    return page


def cells(page: Page) -> dict[tuple[str, str], int]:
    """How many images each cell says that it has, by the classes that its name tells."""
    found = {}
    for name in page.locator(f"{MATRIX} td button").evaluate_all("cells => cells.map(cell => cell.ariaLabel)"):
        label, predicted, number = CELL.fullmatch(name).groups()
        found[label, predicted] = int(number.replace(",", ""))
    return found


def cell(page: Page, label: str, predicted: str) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^true {label}, predicted {predicted}: "))


def count_of(page: Page, number: int) -> None:
    """Wait until the page says that there are so many images."""
    expect(page.locator(".st-key-pages")).to_contain_text(re.compile(rf"^{number:,} images?\b"))
    rest(page)


def commonest_mistake(page: Page) -> tuple[str, str]:
    counts = cells(page)
    return max((pair for pair in counts if pair[0] != pair[1]), key=counts.__getitem__)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_matrix_and_tiles_are_whole_in_the_window(browser: Browser, app_url: str, size):
    with window(browser, size) as page:
        opened(page, app_url)
        expect(page.locator(f"{GALLERY} .tile")).to_have_count(15)
        first, last = (page.locator(f"{GALLERY} .tile").nth(k) for k in (0, 14))
        corners = [page.locator(f"{MATRIX} td button").nth(k) for k in (0, 99)]
        assert in_window(page, first, last, *corners)
        assert page.locator(".st-key-knobs").evaluate("panel => panel.scrollHeight <= panel.clientHeight")
        for shown in (GALLERY, MATRIX):
            sizes = page.locator(shown).evaluate(
                "n => [n.scrollWidth - n.clientWidth, n.scrollHeight - n.clientHeight]"
            )
            assert max(sizes) <= 1, f"{shown} scrolls"


def test_every_cell_is_named_and_counts_what_the_page_counts(page: Page, app_url: str):
    opened(page, app_url)
    counts = cells(page)
    images, wrong = re.search(
        r"of (\d+) test images are right, (\d+) wrong", page.locator(".st-key-rights").inner_text()
    ).groups()
    assert len(counts) == 100
    assert sum(counts.values()) == int(images)
    assert sum(number for (label, predicted), number in counts.items() if label != predicted) == int(wrong)
    texts = page.locator(f"{MATRIX} td button").all_inner_texts()
    assert [int(text) for text in texts] == list(counts.values())


@pytest.mark.parametrize("how", ["click", "Enter", " "])
def test_a_cell_shows_its_images_and_a_second_press_those_of_all(page: Page, app_url: str, how: str):
    opened(page, app_url)
    counts, pair = cells(page), commonest_mistake(page)
    before = page.locator(GALLERY).bounding_box()

    def press() -> None:
        cell(page, *pair).click() if how == "click" else cell(page, *pair).press(how)

    press()
    count_of(page, counts[pair])
    expect(cell(page, *pair)).to_have_attribute("aria-pressed", "true")
    assert page.locator(f"{MATRIX} [aria-pressed=true]").count() == 1
    words = page.locator(f"{GALLERY} .tile .line:nth-of-type(1)").all_inner_texts()
    assert set(words) == {"true {}, predicted {}".format(*pair)}
    expect(page).to_have_url(re.compile("label={}&predicted={}".format(*pair)))
    press()
    count_of(page, sum(number for (label, predicted), number in counts.items() if label != predicted))
    assert page.locator(f"{MATRIX} [aria-pressed=true]").count() == 0
    assert page.locator(GALLERY).bounding_box() == before


def test_all_clears_the_pair_and_the_diagonal_shows_what_is_right(page: Page, app_url: str):
    opened(page, app_url)
    counts = cells(page)
    label = max("0123456789", key=lambda name: counts[name, name])
    cell(page, label, label).click()
    count_of(page, counts[label, label])
    expect(page.get_by_role("radio", name="Right", exact=True)).to_be_checked()
    page.get_by_role("radio", name="All", exact=True).click()
    count_of(page, sum(counts.values()))
    assert page.locator(f"{MATRIX} [aria-pressed=true]").count() == 0


def test_the_keyboard_goes_from_cell_to_cell(page: Page, app_url: str):
    opened(page, app_url)
    expect(page.locator(f"{MATRIX} button[tabindex='0']")).to_have_count(1)
    cell(page, "0", "0").focus()
    for key, place in {"ArrowRight": "01", "ArrowDown": "11", "End": "19", "ArrowUp": "09", "Home": "00"}.items():
        page.keyboard.press(key)
        expect(cell(page, *place)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell(page, "0", "0")).to_be_focused()


def test_the_keyboard_goes_from_tile_to_tile_and_each_is_named(page: Page, app_url: str):
    opened(page, app_url)
    tiles = page.locator(f"{GALLERY} .tile")
    expect(page.locator(f"{GALLERY} button[tabindex='0']")).to_have_count(1)
    tiles.first.focus()
    page.keyboard.press("ArrowDown")
    expect(tiles.nth(5)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tiles.nth(6)).to_be_focused()
    for name, number in tiles.evaluate_all("tiles => tiles.map(tile => [tile.ariaLabel, tile.dataset.id])"):
        found = re.fullmatch(r"Test image ([\d,]+): true \d, predicted \d, [<>]? ?[\d.]+%", name)
        assert found and found[1].replace(",", "") == number
    page.keyboard.press("Enter")
    image = tiles.nth(6).get_attribute("data-id")
    expect(page.get_by_role("link", name=f"See test image {image} pass through the network")).to_be_visible()


@pytest.mark.parametrize("more", ["&sort=margin", "&sort=random&page=2", "&show=all&sort=loss", "&label=0&predicted=0"])
def test_the_place_of_the_tiles_is_the_same_whatever_is_shown(page: Page, app_url: str, more: str):
    """Of no image, too: the last address names right images among the wrong ones."""
    place = opened(page, app_url).locator(".st-key-figure").bounding_box()
    assert opened(page, app_url, more).locator(".st-key-figure").bounding_box() == place
