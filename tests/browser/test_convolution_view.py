"""The displayed arithmetic, read from the screen and computed again by torch."""

from __future__ import annotations

from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from cnnviz.kernels import PRESETS
from cnnviz.matrices import parse_matrix


def visit(page: Page, app_url: str, **address: object) -> Locator:
    page.goto(f"{app_url}/convolution?{urlencode(address)}")
    view = page.locator(".st-key-convolution_view")
    expect(view.locator(".arithmetic .total")).to_be_visible()
    return view


def cell(view: Locator, row: int, column: int, panel: str = "output") -> Locator:
    return view.locator(f'svg[data-panel="{panel}"] .cell[data-row="{row}"][data-column="{column}"]').first


def read(view: Locator) -> dict:
    """The arithmetic as it is displayed."""
    return view.locator(".arithmetic").evaluate(
        """node => ({
          ...node.dataset,
          terms: [...node.querySelectorAll('.term')].map(term => ({...term.dataset, text: term.innerText})),
          total: node.querySelector('.total').innerText,
        })"""
    )


def number(text: str) -> float:
    return float(text.strip("()").replace("−", "-"))


def by_torch(preset_or_address: dict, image: np.ndarray) -> np.ndarray:
    settings = preset_or_address
    kernel = torch.tensor(parse_matrix(settings["kernel"]))[None]
    pair = lambda name, default: tuple(int(settings.get(f"{name}_{axis}", default)) for axis in ("rows", "columns"))  # noqa: E731
    if settings.get("flip"):
        kernel = kernel.flip((2, 3))
    return torch.nn.functional.conv2d(
        torch.tensor(image)[None],
        kernel,
        torch.tensor([float(settings.get("bias", 0))], dtype=torch.double),
        stride=pair("stride", 1),
        padding=pair("padding", 0),
        dilation=pair("dilation", 1),
    )[0, 0].numpy()


SETTINGS = [
    {"matrix": PRESETS["plain"].matrix, "kernel": PRESETS["plain"].kernel},
    {"matrix": PRESETS["padding"].matrix, "kernel": PRESETS["padding"].kernel, "padding_rows": 1, "padding_columns": 1},
    {"matrix": PRESETS["stride"].matrix, "kernel": PRESETS["stride"].kernel, "stride_rows": 2, "stride_columns": 2},
    {"matrix": PRESETS["channels"].matrix, "kernel": PRESETS["channels"].kernel, "bias": -2.5},
    {"matrix": PRESETS["halving"].matrix, "kernel": "-1 0 1; -2 0 2", "padding_rows": 2, "stride_columns": 3},
    {
        "matrix": PRESETS["halving"].matrix,
        "kernel": "1 2; 3 4",
        "dilation_rows": 3,
        "dilation_columns": 2,
        "lock": "false",
    },
    {"matrix": PRESETS["flip"].matrix, "kernel": PRESETS["flip"].kernel, "flip": "true"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=range(len(SETTINGS)))
def test_the_arithmetic_on_screen_is_torchs(page: Page, app_url: str, settings: dict):
    view = visit(page, app_url, **settings)
    image = parse_matrix(settings["matrix"])
    expected = by_torch(settings, image)
    rng = np.random.default_rng(0)
    for row, column in {(0, 0), *zip(*(rng.integers(0, n, 3).tolist() for n in expected.shape), strict=True)}:
        cell(view, row, column).hover()
        expect(view.locator(".where")).to_have_text(f"Output row {row}, column {column}")
        shown = read(view)
        assert number(shown["output"]) == pytest.approx(expected[row, column])
        products = sum(number(t["value"]) * number(t["weight"]) for t in shown["terms"])
        assert products + number(shown["bias"]) == pytest.approx(expected[row, column])
        assert number(shown["total"].split()[-1]) == pytest.approx(expected[row, column], abs=5e-4)
        for term in shown["terms"]:
            value, weight = term["text"].replace("+", "").split("×")
            assert number(value) == pytest.approx(number(term["value"]), abs=5e-4)
            assert number(weight) == pytest.approx(number(term["weight"]), abs=5e-4)


def test_every_output_cell_shows_its_number(page: Page, app_url: str):
    view = visit(page, app_url, **SETTINGS[1])
    shown = view.locator('svg[data-panel="output"] .number').all_text_contents()
    expected = by_torch(SETTINGS[1], parse_matrix(SETTINGS[1]["matrix"]))
    assert [number(text) for text in shown] == expected.ravel().tolist()


def test_an_input_cell_lights_the_outputs_it_feeds(page: Page, app_url: str):
    view = visit(page, app_url)
    cell(view, 2, 2, "input").hover()
    expect(view.locator('svg[data-panel="output"] .mark.fed')).to_have_count(9)
    expect(view.locator(".note")).to_have_text("Input row 2, column 2 feeds 9 output cells.")
    cell(view, 0, 0, "input").hover()
    expect(view.locator('svg[data-panel="output"] .mark.fed')).to_have_count(1)


def test_a_weight_lights_the_inputs_it_multiplies(page: Page, app_url: str):
    view = visit(page, app_url)
    cell(view, 1, 1, "kernel").hover()
    expect(view.locator('svg[data-panel="input"] .mark.fed')).to_have_count(9)


def test_the_keyboard_moves_the_cell_and_it_is_spoken(page: Page, app_url: str):
    view = visit(page, app_url)
    output = view.locator('svg[data-panel="output"]')
    output.focus()
    output.press("ArrowRight")
    output.press("ArrowDown")
    expect(view.locator(".where")).to_have_text("Output row 1, column 1")
    expect(view.locator(".spoken")).to_contain_text("Output row 1, column 1: 0 times 0, plus 1 times 1")
    expect(view.locator(".spoken")).to_contain_text("is 17.")
    output.press("End")
    expect(view.locator(".where")).to_have_text("Output row 2, column 2")
    output.press("Home")
    expect(view.locator(".where")).to_have_text("Output row 0, column 0")


def test_a_click_pins_and_stepping_goes_on_and_back(page: Page, app_url: str):
    view = visit(page, app_url)
    cell(view, 1, 2).click()
    expect(view.locator(".where")).to_have_text("Output row 1, column 2, pinned")
    cell(view, 0, 0).hover()
    expect(view.locator(".where")).to_have_text("Output row 1, column 2, pinned")
    cell(view, 1, 2).click()
    view.locator('[data-action="forward"]').click()
    expect(view.locator(".where")).to_have_text("Output row 2, column 0")
    view.locator('[data-action="back"]').click()
    expect(view.locator(".where")).to_have_text("Output row 1, column 2")


def test_playing_fills_the_output_to_the_end(page: Page, app_url: str):
    view = visit(page, app_url)
    view.get_by_role("button", name="Play").click()
    expect(view.locator(".where")).to_have_text("Output row 2, column 2")
    expect(view.get_by_role("button", name="Play")).to_be_visible()


def test_unused_rows_and_columns_are_crossed_out_and_named(page: Page, app_url: str):
    view = visit(page, app_url, stride_rows=3, stride_columns=3, lock="true")
    expect(page.get_by_text("no window reaches rows 3, 4 of the input and columns 3, 4 of the input")).to_be_visible()
    expect(view.locator('svg[data-panel="input"] .cell.unused')).to_have_count(16)


def test_a_setting_that_does_not_fit_offers_the_nearest_that_does(page: Page, app_url: str):
    page.goto(f"{app_url}/convolution?{urlencode({'dilation_rows': 3, 'dilation_columns': 3})}")
    expect(page.get_by_text("kernel 3 with dilation 3 spans 7 rows but the padded input has 5")).to_be_visible()
    page.get_by_role("button", name="Use kernel 3x3, padding (1, 1)").click()
    expect(page.locator(".st-key-convolution_view .arithmetic .total")).to_be_visible()


def test_a_link_restores_the_view_in_another_browser(page: Page, app_url: str, browser):
    view = visit(page, app_url)
    page.get_by_label("Padding, rows").fill("2")
    page.get_by_label("Padding, rows").press("Enter")
    expect(view.locator('svg[data-panel="output"] .cell')).to_have_count(49)
    weight = page.get_by_label("Weight, channel 0, row 0, column 0")
    weight.fill("-7")
    weight.press("Enter")
    expect(cell(view, 0, 0, "kernel")).to_have_attribute("data-value", "-7")
    numbers = view.locator('svg[data-panel="output"] .number').all_text_contents()
    page.wait_for_url("**kernel=**")
    other = browser.new_context().new_page()
    other.goto(page.url)
    again = other.locator(".st-key-convolution_view")
    expect(again.locator('svg[data-panel="output"] .cell')).to_have_count(49)
    assert again.locator('svg[data-panel="output"] .number').all_text_contents() == numbers
    other.context.close()


def test_a_digit_under_sobel(page: Page, app_url: str, mnist):
    view = visit(page, app_url, input="Digit", digit=3, kernel="-1 0 1; -2 0 2; -1 0 1")
    expected = by_torch({"kernel": "-1 0 1; -2 0 2; -1 0 1"}, mnist.test_images[3][None] / 255.0)
    assert view.locator('svg[data-panel="output"] .cell').count() == 26 * 26
    shown = view.locator('svg[data-panel="output"] .cell').evaluate_all(
        "cells => cells.map(c => Number(c.dataset.value))"
    )
    np.testing.assert_allclose(shown, expected.ravel(), atol=1e-6)
