"""The dashboard as a visitor sees it: from the first press of Start to the map and the mistakes of the network."""

from __future__ import annotations

import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from cnnviz.ui.frame.navigation import LESSONS
from tests.browser.gestures import (
    CHART,
    ENDLESS,
    SHORT,
    drawn_steps,
    start,
    state,
    state_line,
    stop_button,
    wait_for_steps,
)
from tests.conftest import ROOT

PAGES = ["", *(lesson.name for lesson in LESSONS)]


def test_train_watch_reload_stop_and_look(page: Page, app_url: str, browser: Browser, watch):
    """The way through the dashboard on the real MNIST."""
    run = start(page, app_url, "network=same_padded&batch_size=10&epochs=50&seed=42")
    expect(state(page)).to_have_text("running")
    wait_for_steps(page, 0)
    seen = watch(page.locator(CHART))
    wait_for_steps(page, drawn_steps(page) + 20)
    page.wait_for_function("seen.frames > 10")
    assert seen()["missing"] == 0

    chart = page.locator(CHART)
    for _ in range(20):  # the chart may move while the page fills
        if chart.evaluate("chart => chart.layout.xaxis.autorange") is False:
            break
        chart.scroll_into_view_if_needed()
        box = chart.locator(".nsewdrag").bounding_box()
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 150, box["y"] + 120, steps=4)
        page.mouse.up()
        page.wait_for_timeout(300)
    assert chart.evaluate("chart => chart.layout.xaxis.autorange") is False
    zoom = chart.evaluate("chart => chart.layout.xaxis.range")
    wait_for_steps(page, drawn_steps(page) + 10)
    assert chart.evaluate("chart => chart.layout.xaxis.range") == zoom

    page.reload()
    expect(state(page)).to_have_text("running")
    assert f"run={run}" in page.url
    other = browser.new_page()
    other.goto(f"{app_url}/training?run={run}")
    expect(state(other)).to_have_text("running")
    wait_for_steps(page, 200)
    stop_button(page).click()
    expect(state(page)).to_have_text("stopped")
    expect(state(other)).to_have_text("stopped")
    expect(stop_button(page)).to_be_disabled()
    other.close()

    page.get_by_role("link", name="Embedding").click()
    draw = page.get_by_role("button", name="Draw the map")
    expect(draw).to_be_visible()
    draw.click()
    expect(page.get_by_text("10-NN accuracy on the map")).to_be_visible(timeout=60_000)
    assert f"run={run}" in page.url
    page.get_by_role("link", name="Predictions").click()
    rights = page.get_by_text("of 10,000 test images are right")
    expect(rights).to_be_visible()
    assert f"run={run}" in page.url
    assert float(rights.inner_text().split("%")[0]) > 30


def test_a_finished_training_shows_its_accuracy_and_frees_the_button(page: Page, app_url: str):
    start(page, app_url, SHORT + "&epochs=3&seed=43")
    expect(state(page)).to_have_text("finished", timeout=90_000)
    expect(state_line(page)).to_contain_text("of all 360 test images")
    expect(stop_button(page)).to_be_disabled()


def test_divergence_is_explained(page: Page, app_url: str):
    start(page, app_url, "dataset=digits&network=dense&learning_rate=10&epochs=50")
    expect(state(page)).to_have_text("diverged", timeout=90_000)
    expect(page.get_by_text("the learning rate 10 is too high; try 1")).to_be_visible()


def test_a_killed_server_loses_nothing_that_was_shown(page: Page, serve, mnist, tmp_path):
    home = str(tmp_path / "home")
    address = serve(ROOT / "app.py", CNNVIZ_HOME=home)
    run = start(page, address, ENDLESS + "&seed=44")
    wait_for_steps(page, 20)
    shown = drawn_steps(page)
    serve.processes[address].kill()
    serve.processes[address].wait(20)
    again = serve(ROOT / "app.py", CNNVIZ_HOME=home)
    page.goto(f"{again}/training?run={run}")
    expect(state(page)).to_have_text("interrupted")
    wait_for_steps(page, shown - 1)


def test_a_deep_link_to_a_fresh_server_shows_the_lessons(page: Page, serve, mnist):
    page.goto(serve(ROOT / "app.py") + "/predictions")
    expect(page.get_by_text("of 10,000 test images are right")).to_be_visible()
    names = page.get_by_role("navigation", name="App pages").get_by_role("link").all_inner_texts()
    assert [name.split()[-1] for name in names] == ["Start", *(lesson.title for lesson in LESSONS)]


def test_pointing_at_the_map_shows_the_image(page: Page, app_url: str):
    page.goto(f"{app_url}/embedding?run=demo-mnist")
    chart = page.locator(".st-key-map .js-plotly-plot")
    expect(chart.locator(".main-svg").first).to_be_visible()
    chart.scroll_into_view_if_needed()
    dot = chart.locator(".scatterlayer .trace").nth(1).locator("path.point").nth(3).bounding_box()
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    image = page.locator(".st-key-map .plotly-view-image")
    expect(image.locator(".line")).to_have_text(re.compile(r"^\d, predicted \d \((> )?\d+%\)$"))
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".st-key-map output")).not_to_have_text("Iteration 750")
    expect(page.locator(".st-key-map output")).to_have_text("Iteration 750")


def test_a_mistake_of_the_gallery_is_followed_into_the_network(page: Page, app_url: str):
    page.goto(f"{app_url}/predictions?run=demo-mnist")
    tile = page.locator(".st-key-gallery .tile").first
    expect(page.locator(".st-key-gallery .tile")).to_have_count(15)
    true, predicted = re.match(r"true (\d), predicted (\d)", tile.locator(".line").first.inner_text()).groups()
    index = tile.get_attribute("data-id")
    tile.click()
    page.get_by_role("link", name=f"See test image {index} pass through the network").click()
    expect(page.get_by_text(f"This is a {true}; two convolutions after 3,752 steps says {predicted}")).to_be_visible()
    assert f"image={index}" in page.url


def test_settings_stand_in_the_address(page: Page, app_url: str):
    page.goto(f"{app_url}/training")
    page.get_by_role("slider", name="Epochs").press("ArrowRight")
    page.wait_for_url("**epochs=2**")
    page.reload()
    expect(page.get_by_role("slider", name="Epochs")).to_have_attribute("aria-valuetext", "2")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_every_page_without_scrolling_sideways(
    browser: Browser, app_url: str, path: str, scheme: str
):
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto(f"{app_url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 1
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_asked_of_the_internet(page: Page, app_url: str, path: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app_url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
    assert [
        url for url in asked if not url.startswith((app_url, "data:", "blob:", app_url.replace("http", "ws")))
    ] == []


def test_the_server_is_not_heard_from_outside(app_url: str):
    port = app_url.rsplit(":", 1)[1]
    import socket

    outside = [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    for address in {a for a in outside if not a.startswith("127.")}:
        with pytest.raises(OSError):
            urllib.request.urlopen(f"http://{address}:{port}/_stcore/health", timeout=2)
