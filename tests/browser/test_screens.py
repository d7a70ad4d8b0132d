"""Every lesson in one view: picture and controls together in the first window, and nothing that moves."""

from __future__ import annotations

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from benchmarks import screens
from benchmarks.screens import SCREENS, Pair, in_window, open_screen, try_pair, window
from cnnviz.ui.frame.navigation import HOME, LESSONS

SIZES = ((1280, 720), (1366, 768), (1024, 768), (1024, 576), (1920, 1080))
PHONE = (390, 844)
SHARE = 0.3  # of the first window that is picture
FITS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SCREENS)
def test_main_control_and_main_figure_are_whole_in_the_first_window(browser: Browser, app_url, name, scheme):
    screen = SCREENS[name]
    with window(browser, SIZES[0], scheme) as page:
        open_screen(page, app_url, name, screen.address, screen.figure)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            screens.rest(page)
            for what in (screen.main, screen.figure):
                assert in_window(page, screens.element(page, what)), (what, width, height)
            assert page.evaluate(FITS), (width, height)


@pytest.mark.parametrize("name", SCREENS)
def test_a_control_and_what_it_moves_share_the_window_and_the_figure_stays(browser: Browser, app_url, name):
    screen = SCREENS[name]
    wrong = {}
    with window(browser) as page:
        for pair in screen.pairs:
            open_screen(page, app_url, name, pair.address, screen.figure)
            tried = try_pair(page, pair)
            if not tried.together or tried.movement:
                wrong[pair] = tried
    assert wrong == {}


@pytest.mark.parametrize("name", SCREENS)
def test_a_phone_keeps_the_picture_while_the_controls_scroll(browser: Browser, app_url, name):
    screen = SCREENS[name]
    with window(browser, PHONE) as page:
        open_screen(page, app_url, name, screen.address, screen.figure)
        control, figure = screens.element(page, screen.main), page.locator(".st-key-figure")
        control.scroll_into_view_if_needed()
        screens.rest(page)
        place = figure.evaluate("node => node.parentElement.getBoundingClientRect().toJSON()")
        assert place["top"] >= 0
        assert place["bottom"] <= PHONE[1]
        assert place["height"] <= 0.46 * PHONE[1]
        assert page.evaluate(FITS)


def test_a_figure_that_is_pushed_out_is_noticed(browser: Browser, app_url):
    """The check itself."""
    screen = SCREENS["convolution"]
    with window(browser) as page:
        open_screen(page, app_url, "convolution", "", screen.figure)
        page.add_style_tag(content=".st-key-figure { margin-top: 300px; }")
        assert not in_window(page, screens.element(page, screen.figure))
        page.add_style_tag(content=".st-key-figure:has(~ *), .st-key-figure { margin-top: 0; }")
        screens.element(page, "stride_rows").evaluate(
            "node => node.addEventListener('keydown', () => {"
            "  const style = document.createElement('style');"
            "  style.textContent = '.st-key-figure { margin-top: 7px !important; }';"
            "  document.head.append(style);"
            "}, true)"
        )
        assert try_pair(page, Pair("stride_rows", screen.figure)).movement == 7


@pytest.mark.parametrize("name", SCREENS)
def test_a_third_of_the_first_window_is_picture(browser: Browser, app_url, name):
    with window(browser) as page:
        open_screen(page, app_url, name, SCREENS[name].address, SCREENS[name].figure)
        assert page.evaluate(screens.PICTURES) >= SHARE


def test_start_is_the_first_that_the_tab_key_reaches(browser: Browser, app_url):
    """In the lesson; before it Streamlit has nine stops of its own, the first of which leads past the others."""
    with window(browser) as page:
        open_screen(page, app_url, "training", SCREENS["training"].address, "loss")
        assert screens.tab_stops(page, "start") == 1
        open_screen(page, app_url, "training", SCREENS["training"].address, "loss")
        for key in ("Tab", "Enter", "Tab"):
            page.keyboard.press(key)
        assert screens.element(page, "start").evaluate(screens.HAS_FOCUS)


LEVELS = "() => everywhere('h1, h2, h3, h4, h5, h6').filter(seen).map(node => Number(node.tagName[1]))"


@pytest.mark.parametrize("name", [HOME.name, *SCREENS])
def test_heading_levels_have_no_gaps(browser: Browser, app_url, name):
    with window(browser) as page:
        open_lesson(page, app_url, name)
        levels = page.evaluate(LEVELS)
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [HOME.name, *SCREENS])
def test_axe_finds_no_serious_violation(browser: Browser, app_url, name, scheme):
    with window(browser, scheme=scheme) as page:
        open_lesson(page, app_url, name)
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = {one["id"]: places(one) for one in found if one["impact"] in ("serious", "critical")}
    assert serious == {}


def open_lesson(page: Page, app_url: str, name: str) -> None:
    if name in SCREENS:
        open_screen(page, app_url, name, SCREENS[name].address, SCREENS[name].figure)
    else:
        page.goto(app_url)
        page.get_by_test_id("stMain").get_by_role("heading", level=1).wait_for()
        screens.rest(page)


def places(violation: dict) -> list[str]:
    return [node["html"][:200] for node in violation["nodes"]][:5]


def test_every_lesson_is_checked():
    assert [lesson.name for lesson in LESSONS] == list(SCREENS)
