"""The tools of every page: Undo and Reset, presenter view, notes, keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from benchmarks.screens import rest

PRESENTS = re.compile(r"[?&]present=true")
POSITION = ".st-key-convolution_view .player .position"


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Presenter view").wait_for()
    rest(page)


def slider(page: Page, name: str):
    return page.get_by_role("slider", name=name)


def press(page: Page, key: str, times: int = 1) -> None:
    for _ in range(times):
        page.keyboard.press(key)
    rest(page)


def test_undo_takes_back_one_gesture_after_the_other_and_reset_all(page: Page, app_url):
    open_page(page, f"{app_url}/convolution")
    slider(page, "Stride").focus()
    press(page, "ArrowRight")
    slider(page, "Dilation").focus()
    press(page, "ArrowRight")
    expect(slider(page, "Dilation")).to_have_attribute("aria-valuetext", "2")
    page.locator(".st-key-tool_undo button").click()
    expect(slider(page, "Dilation")).to_have_attribute("aria-valuetext", "1")
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "2")
    rest(page)
    press(page, "Control+z")
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "1")
    slider(page, "Stride").focus()
    press(page, "ArrowRight")
    page.locator(".st-key-tool_restart_alt button").click()
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "1")
    expect(page).not_to_have_url(re.compile("stride"))
    page.locator(".st-key-tool_undo button").click()
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "2")


def test_reset_keeps_the_run_and_its_undo_brings_the_step_back(page: Page, app_url):
    open_page(page, f"{app_url}/network?run=demo-digits&step=50&image=7")
    page.locator(".st-key-tool_restart_alt button").click()
    expect(page).not_to_have_url(re.compile("step=|image=7"))
    expect(page).to_have_url(re.compile("run=demo-digits"))
    rest(page)
    page.locator(".st-key-tool_undo button").click()
    expect(page).to_have_url(re.compile("step=50"))
    expect(page).to_have_url(re.compile("image=7"))


def test_the_presenter_view_stands_in_the_address_and_holds_on_the_next_page(page: Page, app_url):
    open_page(page, f"{app_url}/convolution")
    plain = page.locator(".st-key-convolution_view").bounding_box()["width"]
    size = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Presenter view").click()
    expect(page).to_have_url(PRESENTS)
    rest(page)
    assert page.evaluate(size) == pytest.approx(1.4 * before)
    assert page.locator(".st-key-convolution_view").bounding_box()["width"] > plain
    page.mouse.move(300, 300)
    ring = page.locator(".page-tools .ring").bounding_box()
    assert (ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2) == pytest.approx((300, 300))
    page.reload()
    rest(page)
    expect(page.locator(":root[data-present]")).to_have_count(1)
    press(page, "n")
    expect(page.get_by_role("heading", name="Training", level=1)).to_be_visible()
    expect(page.locator(":root[data-present]")).to_have_count(1)
    rest(page)
    press(page, "Escape")
    expect(page.locator(":root[data-present]")).to_have_count(0)
    expect(page).not_to_have_url(PRESENTS)


def test_keys_play_step_and_turn_the_pages(page: Page, app_url):
    open_page(page, f"{app_url}/convolution")
    page.mouse.click(5, 400)
    press(page, "ArrowRight", 3)
    expect(page.locator(POSITION)).to_have_value("3")
    press(page, "ArrowLeft")
    expect(page.locator(POSITION)).to_have_value("2")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    press(page, "?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    press(page, "n")
    expect(page.get_by_role("heading", name="Training", level=1)).to_be_visible()
    rest(page)
    press(page, "p")
    expect(page.get_by_role("heading", name="Convolution", level=1)).to_be_visible()


@pytest.mark.parametrize("key", [" ", "ArrowRight", "n", "?", "Control+z"])
def test_a_key_belongs_to_who_types(page: Page, app_url, key):
    open_page(page, f"{app_url}/convolution?stride_rows=2")
    box = page.get_by_role("combobox", name="Example")
    box.click()
    page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Convolution", level=1)).to_be_visible()
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator(POSITION)).to_have_value("0")
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "2")


def test_notes_are_hidden_in_their_place_and_stay_so(page: Page, app_url):
    open_page(page, f"{app_url}/convolution")
    note = page.locator("[class*=st-key-note_]").first
    place = note.bounding_box()
    page.get_by_role("button", name="Notes beside the pictures").click()
    expect(note).to_be_hidden()
    assert note.bounding_box() == place
    page.reload()
    rest(page)
    expect(note).to_be_hidden()
    page.get_by_role("button", name="Notes beside the pictures").click()
    expect(note).to_be_visible()
    term = note.get_by_role("button").first
    term.focus()
    expect(note.get_by_role("tooltip").first).to_be_visible()
