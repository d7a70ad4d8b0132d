"""The stage of the sandbox: whole in every window, and never moved by what stands on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from cnnviz.convolution.examples import EXAMPLES
from tests.browser.test_convolution_view import hover, panel, random_address, visit

WINDOWS = [(1280, 720), (1366, 768), (1024, 768), (1024, 576), (1920, 1080), (390, 844)]
PHONE = (390, 844)
STRIPS = " | ".join(["1 2 3 4 5 6 7; " * 6 + "7 6 5 4 3 2 1"] * 3)
CROWDED: dict[str, dict[str, Any]] = {
    "many": {
        "input": "random",
        "channels": 3,
        "kernel": " || ".join(["1 2; 3 4 | 0 1; 1 0 | 1 1; 1 1"] * 4),
        "bias_1": -7,
    },
    "padded": {"input": "random", "channels": 3, "rows": 28, "columns": 28, "padding_rows": 3, "kernel": STRIPS},
    "wide": {"input": "random", "rows": 1, "columns": 28, "kernel": "1 -1", "bias": 0.123},
    "tall": {"input": "random", "rows": 28, "columns": 1, "kernel": "1; -1"},
    "tiny": {"matrix": "1", "kernel": "1"},
    "digit": {"input": "digit", "digit": 3, "kernel": "0.11 0.12 0.13; 0.21 0.22 0.23; 0.31 0.32 0.33"},
    "pools": {"input": "random", "channels": 3, "operation": "average_pool"},
    "transposed": {"input": "random", "rows": 28, "columns": 28, "operation": "transposed", "stride_rows": 4},
    "groups": {
        "input": "random",
        "channels": 3,
        "groups": 3,
        "kernel": "1 2; 3 4 || 1 2; 3 4 || 1 2; 3 4",
        "bias_2": 99,
    },
}
# Where the stage is, and what of it is cut off or outside of the window.
LOOK = """() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(() => {
  const stage = document.querySelector('.st-key-convolution_stage');
  const root = [...stage.querySelectorAll('*')].map(node => node.shadowRoot).find(Boolean) ?? stage;
  const box = node => node.getBoundingClientRect();
  const place = box(stage);
  const outside = [];
  const look = (name, node, whole) => {
    const { left, right, top, bottom } = box(node);
    if (left < whole.left - 1 || right > whole.right + 1 || top < whole.top - 1 || bottom > whole.bottom + 1)
      outside.push(`${name} ${[left, right, top, bottom].map(Math.round)}`);
  };
  const inner = box(root.querySelector('.stage'));
  for (const svg of root.querySelectorAll('.board svg[data-panel]')) look(svg.dataset.panel, svg, inner);
  for (const words of root.querySelectorAll('.board figcaption')) look(words.textContent, words, inner);
  for (const name of ['.stage', '.arithmetic', '.player', '.where']) look(name, root.querySelector(name), place);
  look('stage', stage, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  const main = document.querySelector('[data-testid=stMain]');
  if (main.scrollWidth > main.clientWidth) outside.push('the page scrolls sideways');
  resolve({ place: [place.x, place.y, place.width, place.height], outside });
})))"""


def in_every_window(page: Page) -> list[list[float]]:
    """Where the stage stands in each of the windows; all that is on it must be inside."""
    places = []
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        seen = page.evaluate(LOOK)
        assert seen["outside"] == [], (width, height)
        places.append(seen["place"])
    return places


@pytest.fixture
def own_page(browser):
    """A page whose window may be changed."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


def test_the_stage_stands_still_for_every_example(own_page: Page, app_url: str):
    view = visit(own_page, app_url)
    places = in_every_window(own_page)
    own_page.set_viewport_size({"width": 1280, "height": 720})
    whole = view.locator(".convolution-view")
    for example in list(EXAMPLES.values())[1:]:
        answers = whole.get_attribute("data-answers")
        choose(own_page, example.label)
        expect(whole).not_to_have_attribute("data-answers", answers)
        assert in_every_window(own_page) == places, example.label
        own_page.set_viewport_size({"width": 1280, "height": 720})


def choose(page: Page, label: str) -> None:
    box = page.get_by_role("combobox", name="Example", exact=True)
    box.fill(label)
    expect(page.get_by_role("option", name=label, exact=True)).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value(label)


def test_the_stage_stands_still_for_every_operation_and_input(own_page: Page, app_url: str):
    view = visit(own_page, app_url)
    whole = view.locator(".convolution-view")
    place = own_page.evaluate(LOOK)["place"]
    for name in ("Transposed", "Max pool", "Average pool", "Convolution", "Digit", "Random", "Drawing", "Matrix"):
        answers = whole.get_attribute("data-answers")
        own_page.get_by_role("radio", name=name, exact=True).click()
        expect(whole).not_to_have_attribute("data-answers", answers)
        seen = own_page.evaluate(LOOK)
        assert (seen["place"], seen["outside"]) == (place, []), name


@pytest.mark.parametrize("name", CROWDED)
def test_a_crowded_stage_is_whole_in_every_window(own_page: Page, app_url: str, name: str):
    visit(own_page, app_url, **CROWDED[name])
    in_every_window(own_page)


@pytest.mark.parametrize("seed", range(20, 24))
def test_any_stage_is_whole_in_every_window(own_page: Page, app_url: str, seed: int):
    visit(own_page, app_url, **random_address(seed)[0])
    in_every_window(own_page)


def test_what_does_not_fit_is_told_in_the_place_of_the_picture(own_page: Page, app_url: str):
    visit(own_page, app_url)
    stage = own_page.locator(".st-key-convolution_stage")
    before = stage.bounding_box()
    dilation = own_page.locator(".st-key-dilation_rows").get_by_role("slider")
    dilation.press("End")
    expect(stage.get_by_text("This does not fit")).to_be_visible()
    assert stage.bounding_box() == before
    stage.get_by_role("button", name="Use padding (1, 1)").click()
    expect(stage.locator(".arithmetic .total")).to_be_visible()
    assert stage.bounding_box() == before


@pytest.mark.parametrize("name", ["groups", "pools", "many"])
def test_pointing_at_another_output_moves_no_panel(own_page: Page, app_url: str, name: str):
    view = visit(own_page, app_url, **CROWDED[name])
    grids = view.locator("figure.input svg, figure.output svg")
    before = [grid.bounding_box() for grid in grids.all()]
    for output in range(view.locator("figure.output").count()):
        hover(panel(view, "output", output), 0, 0)
        expect(view.locator(".where")).to_have_text(f"Output channel {output}, row 0, column 0")
        assert [grid.bounding_box() for grid in grids.all()] == before


def test_cells_grow_with_the_window_and_for_a_class(own_page: Page, app_url: str):
    sides = []
    for width, height, present in (
        (1024, 576, "false"),
        (1280, 720, "false"),
        (1280, 720, "true"),
        (1920, 1080, "false"),
    ):
        own_page.set_viewport_size({"width": width, "height": height})
        view = visit(own_page, app_url, present=present)
        expect(own_page.locator(":root[data-present]")).to_have_count(int(present == "true"))
        own_page.evaluate(LOOK)
        font = view.locator("figure.input .number").first.get_attribute("font-size")
        sides.append((float(panel(view, "input").get_attribute("data-cell")), float(font)))
    assert sides == sorted(sides)
    assert len({side for side, _ in sides}) == len(sides)


@pytest.mark.parametrize("address", [{}, {"operation": "max_pool"}, {"operation": "transposed"}, {"frame": "same"}])
@pytest.mark.parametrize("window", [window for window in WINDOWS if window != PHONE])
def test_what_matters_most_is_seen_without_scrolling_the_panel(own_page: Page, app_url: str, window, address):
    own_page.set_viewport_size(dict(zip(("width", "height"), window, strict=True)))
    visit(own_page, app_url, **address)
    knobs = own_page.locator(".st-key-knobs").bounding_box()
    bottom = min(knobs["y"] + knobs["height"], window[1])
    for key in ("example_place", "operation", "motion"):
        place = own_page.locator(f".st-key-{key}").bounding_box()
        assert place["y"] + place["height"] <= bottom
    for slider in own_page.locator(".st-key-motion").get_by_role("slider").all():
        place = slider.bounding_box()
        assert knobs["x"] <= place["x"]
        assert place["x"] + place["width"] <= knobs["x"] + knobs["width"]


STACK = "3x28; " + "; ".join(["conv 8 k3 p1"] * 6)


@pytest.mark.parametrize(
    ("address", "place", "parts"),
    [
        ({"learn": "true"}, "learn_room", (".learning-view", ".st-key-learn_knobs")),
        ({"learn": "true", "input": "digit"}, "learn_room", (".learning-view", ".st-key-learn_knobs")),
        ({"stacked": "true"}, "stack_room", (".stack-view", ".st-key-stack_knobs")),
        ({"stacked": "true", "stack": STACK}, "stack_room", (".stack-view", ".st-key-stack_knobs")),
        ({"pytorch": "true"}, "pytorch", (".st-key-pytorch",)),
    ],
)
def test_each_view_below_is_whole_in_one_window(own_page: Page, app_url: str, address, place: str, parts):
    own_page.goto(f"{app_url}/convolution?{urlencode(address)}")
    room = own_page.locator(f".st-key-{place}")
    for part in parts:
        expect(own_page.locator(part)).to_be_visible()
    expect(own_page.get_by_test_id("stStatusWidget")).to_have_count(0)
    room.evaluate("room => room.scrollIntoView({ block: 'start' })")
    for part in parts:
        box = own_page.locator(part).bounding_box()
        assert box["y"] >= 52
        assert box["y"] + box["height"] <= 720
