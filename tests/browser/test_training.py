"""Control of a training, runs side by side, and the time machine."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from cnnviz.training.recipes import RECIPES
from tests.browser.gestures import (
    CHART,
    ENDLESS,
    SHORT,
    button,
    drawn_steps,
    start,
    state,
    state_line,
    stop_button,
    wait_for_steps,
)


def step_of(page: Page) -> int:
    return int(re.search(r"step ([\d,]+) of", state_line(page).inner_text())[1].replace(",", ""))


def test_pause_one_batch_change_the_rate_resume_and_stop(page: Page, app_url: str):
    start(page, app_url, ENDLESS + "&seed=51&optimiser=sgd&learning_rate=0.01")
    expect(state(page)).to_have_text("running")
    wait_for_steps(page, 20)
    button(page, "Pause").click()
    expect(state(page)).to_have_text("paused")
    at = step_of(page)
    for k in range(1, 4):
        button(page, "One batch").click()
        expect(state_line(page)).to_contain_text(f"step {at + k:,} of")
    rate = page.get_by_role("slider", name="Learning rate now")
    rate.focus()
    page.keyboard.press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuetext", "0.02")
    button(page, "Resume").click()
    expect(state(page)).to_have_text("running")
    wait_for_steps(page, at + 3)
    expect(page.locator(f"{CHART} .annotation").filter(has_text="rate 0.02")).to_be_visible()
    shown = drawn_steps(page)
    page.reload()
    expect(state(page)).to_have_text("running")
    wait_for_steps(page, shown)
    expect(page.locator(f"{CHART} .annotation").filter(has_text="rate 0.02")).to_be_visible()
    stop_button(page).click()
    expect(state(page)).to_have_text("stopped")
    stopped = step_of(page)
    button(page, "Resume").click()
    expect(state(page)).to_have_text("running")
    wait_for_steps(page, stopped)
    stop_button(page).click()
    expect(state(page)).to_have_text("stopped")


def test_the_lesson_of_a_rate_too_high(page: Page, app_url: str):
    page.goto(f"{app_url}/training?dataset=digits")
    page.get_by_role("combobox", name="Recipe").click()
    page.get_by_role("option", name=RECIPES["rate_too_high"].label).click()
    expect(page.get_by_text(RECIPES["rate_too_high"].description)).to_be_visible()
    button(page, "Start").click()
    expect(state(page)).to_have_text("diverged", timeout=90_000)
    expect(page.get_by_text("the learning rate 1 is too high; try 0.1")).to_be_visible()
    button(page, "Go on at 0.1").click()
    expect(state(page)).to_have_text(re.compile("running|finished"))
    wait_for_steps(page, 20)


def test_two_runs_in_one_picture(page: Page, app_url: str):
    page.goto(f"{app_url}/training?run=demo-digits")
    expect(page.get_by_role("heading", name="All runs")).to_be_visible()
    page.get_by_role("combobox", name="Compare with").press_sequentially("Demo: two convolutions on MNIST")
    page.get_by_role("option", name=re.compile("Demo: two convolutions on MNIST")).click()
    chart = page.locator(".st-key-compared_loss .js-plotly-plot")
    expect(chart.locator(".scatterlayer .trace")).to_have_count(4)
    expect(page).to_have_url(re.compile("compare=demo-mnist"))
    page.reload()
    expect(chart.locator(".scatterlayer .trace")).to_have_count(4)


def test_the_time_machine_moves_other_pages_too(page: Page, app_url: str):
    page.goto(f"{app_url}/training?run=demo-mnist&inside=predictions")
    slider = page.get_by_role("slider", name="Snapshot after training step")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^3,752 · train loss 0\.0\d\d$"))
    expect(page.get_by_text("After step 3,752:")).to_be_visible()
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^5 · train loss 2\.\d+$"))
    expect(page.get_by_text("After step 5:")).to_be_visible()
    expect(page).to_have_url(re.compile("step=5"))
    page.get_by_role("link", name="Predictions").click()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^5 "))
    told = page.get_by_text("of 10,000 test images are right")
    expect(told).to_be_visible()
    early = told.inner_text()
    page.get_by_role("link", name="Network").click()
    expect(page.get_by_text(re.compile("after 5 steps says"))).to_be_visible()
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_text(re.compile("after 3,752 steps says"))).to_be_visible()
    page.get_by_role("link", name="Predictions").click()
    expect(told).not_to_have_text(early)
    clueless, late = (float(text.split("%")[0]) for text in (early, told.inner_text()))
    assert late > 97 > 60 > clueless


def test_dragging_the_time_machine_follows_the_hand(page: Page, app_url: str):
    page.goto(f"{app_url}/training?run=demo-mnist&inside=kernels")
    slider = page.get_by_role("slider", name="Snapshot after training step")
    slider.scroll_into_view_if_needed()
    expect(page.get_by_text("kernels of 5x5 after step 3,752")).to_be_visible()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 9, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 8, box["y"] + 20, steps=12)
    page.mouse.up()
    expect(page.get_by_text(re.compile("kernels of 5x5 after step 0$"))).to_be_visible()
    expect(page).to_have_url(re.compile("step=0"))


def test_a_live_run_is_followed_until_a_step_is_chosen(page: Page, app_url: str):
    start(page, app_url, ENDLESS + "&seed=52&inside=map")
    expect(page.locator(".st-key-live_map .js-plotly-plot .scatterlayer .trace").first).to_be_visible()
    slider = page.get_by_role("slider", name="Snapshot after training step")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^[1-9]"))
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^0 "))
    before = drawn_steps(page)
    wait_for_steps(page, before + 50)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^0 "))
    stop_button(page).click()
    expect(state(page)).to_have_text("stopped")


def test_a_run_is_renamed_and_deleted(page: Page, app_url: str):
    run = start(page, app_url, SHORT + "&epochs=1&seed=53")
    expect(state(page)).to_have_text("finished", timeout=90_000)
    name = page.get_by_role("textbox", name="Name")
    name.fill("My first 🦊")
    name.press("Enter")
    expect(page.get_by_role("combobox", name="Run")).to_have_value(f"My first 🦊 · {run}")
    button(page, "Delete").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page).to_have_url(re.compile("run=demo-"))
    expect(page.get_by_text("The demo runs stay as they are")).to_be_visible()


def test_exported_weights_come_back_with_identical_predictions(page: Page, app_url: str, tmp_path):
    page.goto(f"{app_url}/predictions?run=demo-digits&show=wrong")
    accuracy = page.get_by_text("test images are right")
    expect(accuracy).to_be_visible()
    expected, tiles = accuracy.inner_text(), page.locator(".tile").first.inner_text()

    page.goto(f"{app_url}/training?run=demo-digits")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Weights after step")).click()
    path = tmp_path / "mine.safetensors"
    download.value.save_as(path)

    page.goto(f"{app_url}/training?run=demo-mnist")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(r"^Imported: mine\.safetensors · "))
    page.get_by_role("link", name="Predictions").click()
    expect(accuracy).to_have_text(expected)
    expect(page.locator(".tile").first).to_have_text(tiles, use_inner_text=True)


def test_a_pickle_is_refused(page: Page, app_url: str, tmp_path):
    path = tmp_path / "evil.safetensors"
    path.write_bytes(b"\x80\x04\x95" + b"cos\nsystem\n" * 20)
    page.goto(f"{app_url}/training")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Not a safetensors file")).to_be_visible()
    expect(page.get_by_role("combobox", name="Run")).to_have_value("Demo: two convolutions on MNIST")
