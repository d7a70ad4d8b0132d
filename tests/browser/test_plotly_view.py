"""The chart that lives on, in a small app of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

APP = Path(__file__).parent / "apps" / "plotly_view_app.py"
CURVE, MAP, CHOSEN = ".st-key-curve", ".st-key-map", ".st-key-chosen"


@pytest.fixture(scope="module")
def address(serve) -> str:
    return serve(APP)


@pytest.fixture
def charts(page: Page, address: str) -> Page:
    page.goto(address)
    for chart in (CURVE, MAP, CHOSEN):
        expect(page.locator(f"{chart} .js-plotly-plot .main-svg").first).to_be_visible()
    return page


def steps(page: Page) -> int:
    return int(page.get_by_text(" steps").inner_text().split()[0])


def wait_for_steps(page: Page, more: int) -> None:
    wanted = steps(page) + more
    page.wait_for_function(
        "wanted => parseInt([...document.querySelectorAll('[data-testid=stText]')]"
        ".find(e => e.textContent.includes(' steps')).textContent) >= wanted",
        arg=wanted,
    )


def test_ten_updates_keep_the_chart_in_place(charts: Page, watch):
    seen = watch(charts.locator(f"{CURVE} .js-plotly-plot"))
    wait_for_steps(charts, 10)
    charts.wait_for_function("seen.frames > 50")
    assert seen()["missing"] == 0


def test_zoom_survives_updates(charts: Page):
    chart = charts.locator(f"{CURVE} .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    box = chart.locator(".nsewdrag").bounding_box()
    charts.mouse.move(box["x"] + 60, box["y"] + 40)
    charts.mouse.down()
    charts.mouse.move(box["x"] + 200, box["y"] + 140, steps=5)
    charts.mouse.up()
    zoomed = chart.evaluate("chart => chart.layout.xaxis.range")
    points = chart.evaluate("chart => chart.calcdata[0].length")
    wait_for_steps(charts, 3)
    assert chart.evaluate("chart => chart.layout.xaxis.range") == zoomed
    assert chart.evaluate("chart => chart.layout.xaxis.autorange") is not True
    assert chart.evaluate("chart => chart.calcdata[0].length") > points


def test_a_line_that_was_hidden_stays_hidden(charts: Page):
    charts.locator(f"{CURVE} .legendtoggle").nth(1).click()
    chart = charts.locator(f"{CURVE} .js-plotly-plot")
    charts.wait_for_function(
        "document.querySelector('.st-key-curve .js-plotly-plot')._fullData[1].visible === 'legendonly'"
    )
    wait_for_steps(charts, 2)
    assert chart.evaluate("chart => chart._fullData[1].visible") == "legendonly"


def test_pointing_at_a_dot_shows_its_image(charts: Page):
    chart = charts.locator(f"{MAP} .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    dot = chart.locator(".scatterlayer .trace").first.locator("path.point").nth(7)
    box = dot.bounding_box()
    charts.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    image = charts.locator(f"{MAP} .plotly-view-image")
    expect(image).to_be_visible()
    expect(image.locator(".line")).to_have_text("Image 7")
    style = image.locator(".tile").evaluate("tile => getComputedStyle(tile).backgroundPosition")
    assert style == "0px -84px"  # tile 7 of seven columns: the second row
    place = image.bounding_box()
    assert place["x"] >= 0 and place["x"] + place["width"] <= 1280
    charts.mouse.move(box["x"] - 300, box["y"] - 200)
    expect(image).to_be_hidden()


def first_dot(page: Page) -> list[float]:
    return page.locator(f"{MAP} .js-plotly-plot").evaluate("chart => [chart.data[0].x[0], chart.data[0].y[0]]")


def test_playing_moves_the_points_without_the_server(charts: Page):
    player = charts.locator(f"{MAP} .player")
    expect(player.locator("output")).to_have_text("Iteration 290")
    end = first_dot(charts)
    player.get_by_role("slider").fill("0")
    expect(player.locator("output")).to_have_text("Iteration 0")
    assert first_dot(charts)[0] == pytest.approx(0.1 * end[0], rel=1e-5)
    player.get_by_role("button", name="Play").click()
    expect(player.get_by_role("button", name="Play")).to_be_visible()
    expect(player.locator("output")).to_have_text("Iteration 290")
    assert first_dot(charts) == pytest.approx(end)


def test_the_slider_answers_to_the_keyboard(charts: Page):
    slider = charts.locator(f"{MAP} .player input")
    slider.focus()
    slider.press("ArrowLeft")
    expect(charts.locator(f"{MAP} output")).to_have_text("Iteration 280")
    slider.press("Home")
    expect(charts.locator(f"{MAP} output")).to_have_text("Iteration 0")


def test_points_can_be_chosen(charts: Page):
    chart = charts.locator(f"{CHOSEN} .js-plotly-plot")
    chart.scroll_into_view_if_needed()
    box = chart.locator(".scatterlayer .trace").first.locator("path.point").nth(11).bounding_box()
    charts.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(charts.get_by_text("chosen: [11]")).to_be_visible()


def test_a_chart_says_what_it_shows(charts: Page):
    expect(charts.get_by_role("figure", name="Loss against step")).to_be_visible()


@pytest.mark.parametrize("path", ["", "/deep"])
def test_plotly_is_loaded_once_and_from_here(page: Page, address: str, path: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + path)
    expect(page.locator(f"{CHOSEN} .js-plotly-plot .main-svg").first).to_be_visible()
    assert len([url for url in asked if "plotly" in url and ".min.js" in url]) == 1
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_ground(browser, address: str, scheme: str):
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    expect(page.locator(f"{CURVE} .js-plotly-plot .main-svg").first).to_be_visible()
    ink = page.locator(f"{CURVE} .legendtext").first.evaluate("text => getComputedStyle(text).fill")
    red = int(ink.removeprefix("rgb(").split(",")[0])
    assert red < 100 if scheme == "light" else red > 150
    page.close()


def test_a_narrow_window_holds_the_chart(browser, address: str):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(address)
    chart = page.locator(f"{CURVE} .js-plotly-plot .main-svg").first
    expect(chart).to_be_visible()
    assert chart.bounding_box()["width"] <= 390
    page.close()
