"""The displayed arithmetic, read from the screen and computed again by torch."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.learning import LearningSettings, learn_kernel
from cnnviz.convolution.matrices import format_kernels, format_matrix
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings
from cnnviz.convolution.stack import parse_stack
from cnnviz.datasets.pictures import LARGEST_FILE
from cnnviz.refusal import Refusal
from cnnviz.ui.convolution.knobs import BIASES
from tests.browser.panel import reach
from tests.unit.convolution.test_operation import by_torch
from tests.unit.convolution.test_stack import network_of


def visit(page: Page, app_url: str, **address: object) -> Locator:
    page.goto(f"{app_url}/convolution?{urlencode(address)}")
    view = page.locator(".st-key-convolution_view")
    expect(view.locator(".arithmetic .total")).to_be_visible()
    expect(page.locator(".st-key-view")).to_have_css("display", "grid")  # the style sheet of the page has come
    return view


def panel(view: Locator, kind: str, number: int = 0) -> Locator:
    return view.locator(f'svg[data-panel="{kind}"]').nth(number)


def middle(grid: Locator, row: int, column: int) -> dict[str, float]:
    """Where a cell is, as a position in its grid."""
    cell = float(grid.get_attribute("data-cell"))
    return {"x": (column + 0.5) * cell, "y": (row + 0.5) * cell}


def hover(grid: Locator, row: int, column: int) -> None:
    grid.hover(position=middle(grid, row, column))


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
    return float(text.strip("()+ ").replace("−", "-").replace("∞", "inf"))


def random_address(seed: int) -> tuple[dict[str, object], object]:
    """An address with random settings that fit, and torch's output for it."""
    rng = np.random.default_rng(seed)
    while True:
        kind = ["convolution", "convolution", "transposed", "max_pool", "average_pool"][rng.integers(5)]
        pooling = kind.endswith("pool")
        groups = int(rng.choice([1, 1, 2, 3])) if not pooling else 1
        c_in, c_out = groups * int(rng.integers(1, 3 // groups + 1)), groups * int(rng.integers(1, 4 // groups + 1))
        pair = lambda low, high: tuple(int(k) for k in rng.integers(low, high + 1, 2))  # noqa: E731
        options = {"operation": kind, "stride": pair(1, 3), "padding": pair(0, 3)}
        address: dict[str, object] = {"operation": kind, "lock": "false"}
        image = rng.integers(-9, 10, (c_in, *pair(4, 8))).astype(float)
        size = pair(1, 4)
        if kind != "average_pool":
            options["dilation"] = pair(1, 2)
        if pooling:
            options["ceil_mode"] = bool(rng.integers(2))
            options["kernel_size"] = size
            address |= {"window_rows": size[0], "window_columns": size[1]}
        else:
            options |= {
                "groups": groups,
                "flip": bool(rng.integers(2)),
                "activation": str(rng.choice(["none", "relu"])),
            }
        if kind == "convolution":
            options["padding_mode"] = str(rng.choice(["zeros", "reflect", "replicate", "circular"]))
        if kind == "transposed":
            options["output_padding"] = pair(0, 1)
        weights = None if pooling else rng.integers(-5, 6, (c_out, c_in // groups, *size)) / 2
        bias = None if pooling else rng.integers(-6, 7, c_out) / 4
        if not pooling:
            options["kernel_size"] = size
        try:
            operation = Operation(image, ConvolutionSettings(**options), weights, bias)
        except Refusal:
            continue
        for name in ("stride", "padding", "dilation", "output_padding"):
            for axis, value in zip(("rows", "columns"), options.get(name, ()), strict=False):
                address[f"{name}_{axis}"] = value
        address |= {name: str(options[name]).lower() for name in ("flip", "ceil_mode") if name in options}
        address |= {"groups": groups, "matrix": format_matrix(image)}
        address |= {name: options[name] for name in ("activation", "padding_mode") if name in options}
        if weights is not None:
            address["kernel"] = format_kernels(weights)
            address |= dict(zip(BIASES, bias, strict=False))
        return address, operation


@pytest.mark.parametrize("seed", range(8))
def test_the_arithmetic_on_screen_is_torchs(page: Page, app_url: str, seed: int):
    address, operation = random_address(seed)
    view = visit(page, app_url, **address)
    expected = by_torch(operation).numpy()
    rng = np.random.default_rng(seed)
    channels, rows, columns = expected.shape
    expect(panel(view, "output")).to_have_attribute("data-rows", str(rows))
    expect(panel(view, "output")).to_have_attribute("data-columns", str(columns))
    for _ in range(4):
        channel, row, column = (int(rng.integers(side)) for side in expected.shape)
        hover(panel(view, "output", channel), row, column)
        place = f"channel {channel}, row {row}, column {column}" if channels > 1 else f"row {row}, column {column}"
        expect(view.locator(".where")).to_have_text(f"Output {place}")
        check(read(view), expected[channel, row, column], operation)


def check(shown: dict, expected: float, operation) -> None:
    """The numbers in the words are those of torch, and add up."""
    assert number(shown["output"]) == pytest.approx(expected, abs=1e-6)
    assert number(re.split("[=≈]", shown["total"])[-1]) == pytest.approx(expected, abs=6e-4)
    kind = operation.settings.operation
    values = [number(term["value"]) for term in shown["terms"]]
    if kind == "max_pool":
        assert max(values) == expected
    elif kind == "average_pool":
        divisor = number(shown["total"].split("/")[1].replace("≈", "=").split("=")[0])
        assert sum(values) / divisor == pytest.approx(expected)
    else:
        products = sum(number(term["value"]) * number(term["weight"]) for term in shown["terms"])
        total = products + number(shown["bias"])
        assert number(shown["sum"]) == pytest.approx(total)
        assert (max(0, total) if operation.settings.activation == "relu" else total) == pytest.approx(expected)
    for term in shown["terms"]:
        value, *weight = re.split("×", term["text"])
        assert number(value) == pytest.approx(number(term["value"]), abs=6e-4)
        assert not weight or number(weight[0]) == pytest.approx(number(term["weight"]), abs=6e-4)


PRESSES = {
    "stride": ("convolution", "stride", {"padding": (1, 1), "padding_mode": "reflect", "activation": "relu"}),
    "padding": ("convolution", "padding", {"padding_mode": "circular", "stride": (2, 2), "flip": True}),
    "dilation": ("convolution", "dilation", {"padding": "same", "padding_mode": "replicate"}),
    "full": ("convolution", "stride", {"padding": "full"}),
    "transposed": ("transposed", "stride", {"padding": (1, 1)}),
    "output padding": ("transposed", "output_padding", {"stride": (3, 3)}),
    "window": ("max_pool", "window", {"kernel_size": (2, 2), "stride": (2, 2), "padding": (1, 1), "ceil_mode": True}),
    "mean": ("average_pool", "padding", {"kernel_size": (4, 4), "count_include_pad": False, "ceil_mode": True}),
}


@pytest.mark.parametrize("name", PRESSES)
def test_the_picture_follows_a_slider_before_the_server_answers(page: Page, app_url: str, name: str):
    kind, pressed, options = PRESSES[name]
    rng = np.random.default_rng(len(name))
    image = rng.integers(-9, 10, (2, 7, 7)).astype(float)
    weights, bias = rng.integers(-5, 6, (3, 2, 3, 3)) / 2, np.array([1.0, -2, 0.5])
    pooling = kind.endswith("pool")
    pieces = () if pooling else (weights, bias)
    before = ConvolutionSettings(operation=kind, **options)
    field = {"window": "kernel_size"}.get(pressed, pressed)
    after = replace(before, **{field: tuple(k + 1 for k in getattr(before, field))})
    address: dict[str, object] = {"operation": kind, "matrix": format_matrix(image), "kernel": format_kernels(weights)}
    address |= dict(zip(BIASES, bias, strict=False)) | {"window_rows": before.kernel_size[0]}
    for key in ("stride", "padding", "dilation", "output_padding"):
        value = getattr(before, key)
        address |= {"frame": value} if isinstance(value, str) else {f"{key}_rows": value[0]}
    for key in ("padding_mode", "flip", "activation", "ceil_mode", "count_include_pad"):
        address[key] = str(getattr(before, key)).lower()
    heard = []
    talking = True

    def between(socket):
        server = socket.connect_to_server()
        socket.on_message(lambda message: server.send(message) if talking else heard.append(message))
        server.on_message(lambda message: socket.send(message) if talking else None)

    page.route_web_socket(re.compile("_stcore/stream"), between)
    view = visit(page, app_url, **address)
    reach(page, f"{pressed}_rows")
    talking = False
    page.locator(f".st-key-{pressed}_rows").get_by_role("slider").press("ArrowRight")
    expected = by_torch(Operation(image, after, *pieces)).numpy()
    expect(panel(view, "output")).to_have_attribute("data-rows", str(expected.shape[1]))
    for channel, row, column in {tuple(int(rng.integers(side)) for side in expected.shape) for _ in range(4)}:
        hover(panel(view, "output", channel), row, column)
        expect(view.locator(".where")).to_have_text(f"Output channel {channel}, row {row}, column {column}")
        check(read(view), expected[channel, row, column], Operation(image, after, *pieces))
    assert heard, "the slider was to tell the server"


@pytest.mark.parametrize(
    ("operation", "keys"),
    [
        ("convolution", ("stride", "padding", "dilation")),
        ("transposed", ("output_padding",)),
        ("max_pool", ("window",)),
    ],
)
def test_streamlits_sliders_are_what_the_view_takes_them_for(page: Page, app_url: str, operation: str, keys: list[str]):
    visit(page, app_url, operation=operation, lock="false", stride_rows=2, stride_columns=2)
    for key in (f"{key}_{axis}" for key in keys for axis in ("rows", "columns")):
        slider = page.locator(f".st-key-{key} input[type=range]")
        expect(slider).to_have_count(1)
        reach(page, key)
        before = slider.get_attribute("aria-valuetext")
        assert slider.input_value() == before
        slider.evaluate(
            """slider => new MutationObserver(([{ target }]) => { window.heard = target.value; })
                 .observe(slider, { attributeFilter: ['aria-valuetext'] })"""
        )
        slider.press("ArrowRight")
        page.wait_for_function("value => window.heard === value", arg=str(int(before) + 1))


def test_every_output_cell_shows_its_number(page: Page, app_url: str):
    view = visit(page, app_url, matrix=EXAMPLES["padding"].matrix, kernel=EXAMPLES["padding"].kernel, padding_rows=1)
    shown = view.locator("figure.output .number").all_text_contents()
    assert [number(text) for text in shown] == by_torch_of("padding").ravel().tolist()


def by_torch_of(name: str) -> np.ndarray:
    return np.asarray(by_torch(EXAMPLES[name].operation))


def test_the_channels_are_strips_that_add_up(page: Page, app_url: str):
    view = visit(page, app_url, matrix=EXAMPLES["channels"].matrix, kernel=EXAMPLES["channels"].kernel, bias=3)
    numbers = [
        [number(text) for text in view.locator("figure.sum").nth(k).locator(".number").all_text_contents()]
        for k in (0, 1)
    ]
    output = [number(text) for text in view.locator("figure.output .number").all_text_contents()]
    assert [a + b + 3 for a, b in zip(*numbers, strict=True)] == output
    assert output[0] == 59
    expect(view.locator(".equals")).to_have_text("Σ + 3 =")


def test_1x1_is_shown_as_a_matrix_product(page: Page, app_url: str):
    preset = EXAMPLES["one_by_one"]
    view = visit(page, app_url, matrix=preset.matrix, kernel=preset.kernel)
    hover(panel(view, "output", 1), 0, 2)
    expect(view.locator(".where")).to_have_text("Output channel 1, row 0, column 2")
    weights, pixel, bias, result = (
        np.array([number(text) for text in view.locator(".matrix").nth(k).locator(".entry").all_text_contents()])
        for k in range(4)
    )
    np.testing.assert_allclose(weights.reshape(2, 3) @ pixel + bias, result)
    np.testing.assert_allclose(result, by_torch_of("one_by_one")[:, 0, 2])


def test_an_input_cell_lights_the_outputs_it_feeds(page: Page, app_url: str):
    view = visit(page, app_url)
    hover(panel(view, "input"), 2, 2)
    expect(view.locator("figure.output .mark.fed")).to_have_count(9)
    expect(view.locator(".note")).to_have_text("Input row 2, column 2 feeds 9 output cells.")
    hover(panel(view, "input"), 0, 0)
    expect(view.locator("figure.output .mark.fed")).to_have_count(1)


def test_an_input_cell_of_a_transposed_convolution_lays_its_kernel_down(page: Page, app_url: str):
    preset = EXAMPLES["transposed"]
    view = visit(page, app_url, matrix=preset.matrix, kernel=preset.kernel, operation="transposed", stride_rows=2)
    hover(panel(view, "input"), 1, 1)
    fed = view.locator("figure.output .mark.fed")
    expect(fed).to_have_count(9)
    assert fed.first.evaluate("mark => [mark.dataset.row, mark.dataset.column]") == ["2", "2"]


def test_a_weight_lights_the_inputs_it_multiplies(page: Page, app_url: str):
    view = visit(page, app_url)
    hover(panel(view, "kernel"), 1, 1)
    expect(view.locator("figure.input .mark.fed")).to_have_count(9)
    expect(view.locator(".note")).to_contain_text("Weight row 1, column 1 multiplies 9 cells")


def test_how_often_each_cell_is_used(page: Page, app_url: str):
    view = visit(page, app_url)
    view.get_by_role("button", name="Uses").click()
    counts = [number(text) for text in view.locator("figure.input .number").all_text_contents()]
    ones = torch.ones(1, 1, 3, 3)
    expected = torch.nn.functional.conv_transpose2d(ones, ones)[0, 0]
    assert counts == expected.ravel().tolist()
    expect(view.get_by_text("How often each cell is used")).to_be_visible()


def test_a_weight_is_changed_where_it_stands(page: Page, app_url: str):
    view = visit(page, app_url)
    kernel = panel(view, "kernel")
    kernel.click(position=middle(kernel, 0, 0))
    editor = view.get_by_label("Weight, row 0, column 0")
    editor.fill("-7")
    editor.press("Enter")
    expect(view.locator("figure.kernel .number").first).to_have_text("−7")
    expect(page.get_by_label("Rows end with ; slices with | and kernels with ||")).to_have_value("-7 1 2; 2 2 0; 0 1 2")
    kernel = panel(view, "kernel")
    kernel.focus()
    kernel.press("ArrowRight")
    kernel.press("ArrowRight")
    kernel.press("Enter")
    view.get_by_label("Weight, row 0, column 1").press("Escape")
    expect(view.get_by_label("Weight, row 0, column 1")).to_have_count(0)


def test_the_keyboard_moves_the_cell_and_it_is_spoken(page: Page, app_url: str):
    view = visit(page, app_url)
    output = panel(view, "output")
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
    whole = view.locator(".convolution-view")
    answers = whole.get_attribute("data-answers")
    output.press("Enter")
    expect(view.locator(".where")).to_have_text("Output row 0, column 0, pinned")
    expect(whole).not_to_have_attribute("data-answers", answers)
    page.keyboard.press("Escape")  # the keyboard has stayed where it was, on a new picture
    expect(view.locator(".where")).to_have_text("Output row 0, column 0")
    output.press(" ")
    expect(view.locator(".where")).to_have_text("Output row 2, column 2")


def test_a_click_pins_and_stepping_goes_on_and_back(page: Page, app_url: str):
    view = visit(page, app_url)
    output = panel(view, "output")
    output.click(position=middle(output, 1, 2))
    expect(view.locator(".where")).to_have_text("Output row 1, column 2, pinned")
    hover(output, 0, 0)
    expect(view.locator(".where")).to_have_text("Output row 1, column 2, pinned")
    page.wait_for_url("**cell=0-1-2**")
    output.click(position=middle(output, 1, 2))
    expect(view.locator(".where")).to_have_text("Output row 1, column 2")
    view.locator('[data-action="forward"]').click()
    expect(view.locator(".where")).to_have_text("Output row 2, column 0")
    view.locator('[data-action="back"]').click()
    expect(view.locator(".where")).to_have_text("Output row 1, column 2")
    expect(view.locator("figure.output .number.future")).to_have_count(3)
    view.locator(".position").fill("7")
    expect(view.locator(".where")).to_have_text("Output row 2, column 1")


def test_playing_fills_the_output_to_the_end(page: Page, app_url: str):
    view = visit(page, app_url)
    view.get_by_role("button", name="Play").click()
    expect(view.locator(".where")).to_have_text("Output row 2, column 2")
    expect(view.get_by_role("button", name="Play")).to_be_visible()


def test_playing_goes_on_while_a_slider_changes_the_data(page: Page, app_url: str):
    view = visit(page, app_url, input="digit")
    view.locator(".speed").select_option("60")
    view.get_by_role("button", name="Play").click()
    before = page.locator(".st-key-convolution_view .convolution-view").element_handle()
    page.locator(".st-key-dilation_rows").get_by_role("slider").press("ArrowRight")
    expect(panel(view, "output")).to_have_attribute("data-rows", "24")
    assert before.evaluate("node => node.isConnected")


def test_unused_rows_and_columns_are_crossed_out_and_named(page: Page, app_url: str):
    view = visit(page, app_url, stride_rows=3, lock="true")
    expect(page.get_by_text("no window reaches rows 3, 4 of the input and columns 3, 4 of the input")).to_be_visible()
    expect(view.locator("figure.input .number.unused")).to_have_count(16)


def test_padding_cells_are_marked(page: Page, app_url: str):
    view = visit(page, app_url, padding_rows=1, padding_mode="reflect")
    expect(view.locator("figure.input .number.padding")).to_have_count(24)
    hover(panel(view, "output"), 0, 0)
    expect(view.locator(".hint")).to_have_text("dotted: padding, a copy of the input (reflect)")
    expect(view.locator(".term.padding")).to_have_count(5)
    hover(panel(view, "input"), 0, 0)
    expect(view.locator(".note")).to_contain_text("This padding cell, a copy of input row 1, column 1, feeds 1 output")


def test_a_setting_that_does_not_fit_offers_the_nearest_that_does(page: Page, app_url: str):
    page.goto(f"{app_url}/convolution?{urlencode({'dilation_rows': 3})}")
    expect(page.get_by_text("kernel 3 with dilation 3 spans 7 rows but the padded input has 5")).to_be_visible()
    page.get_by_role("button", name="Use padding (1, 1)").click()
    expect(page.locator(".st-key-convolution_view .arithmetic .total")).to_be_visible()


def test_a_link_restores_the_view_in_another_browser(page: Page, app_url: str, browser):
    view = visit(page, app_url)
    page.locator(".st-key-padding_rows").get_by_role("slider").press("ArrowRight")
    expect(panel(view, "output")).to_have_attribute("data-rows", "5")
    reach(page, "output_channels")
    page.locator(".st-key-output_channels").get_by_role("slider").press("ArrowRight")
    expect(view.locator("figure.output")).to_have_count(2)
    kernel = panel(view, "kernel")
    kernel.click(position=middle(kernel, 0, 0))
    view.get_by_label("Weight, row 0, column 0").fill("-7")
    view.get_by_label("Weight, row 0, column 0").press("Enter")
    expect(view.locator("figure.kernel .number").first).to_have_text("−7")
    output = panel(view, "output", 1)
    output.click(position=middle(output, 2, 3))
    page.wait_for_url("**cell=1-2-3**")
    page.wait_for_url("**kernel=**")
    numbers = view.locator("figure.output .number").all_text_contents()
    other = browser.new_context().new_page()
    other.goto(page.url)
    again = other.locator(".st-key-convolution_view")
    expect(again.locator("figure.output")).to_have_count(2)
    expect(again.locator(".where")).to_have_text("Output channel 1, row 2, column 3, pinned")
    assert again.locator("figure.output .number").all_text_contents() == numbers
    other.context.close()


def test_a_digit_under_sobel(page: Page, app_url: str, mnist):
    view = visit(page, app_url, input="digit", digit=3, kernel="-1 0 1; -2 0 2; -1 0 1")
    image = torch.tensor(mnist.test_images[3] / 255.0)[None, None]
    sobel = torch.tensor([[[[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]]], dtype=torch.double)
    expected = torch.nn.functional.conv2d(image, sobel)[0, 0]
    output = panel(view, "output")
    expect(output).to_have_attribute("data-rows", "26")
    for row, column in ((5, 10), (13, 12), (20, 15)):
        hover(output, row, column)
        expect(view.locator(".where")).to_have_text(f"Output row {row}, column {column}")
        assert number(read(view)["output"]) == pytest.approx(expected[row, column].item())


def test_an_own_picture(page: Page, app_url: str, tmp_path, browser):
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, 20:] = (255, 51, 0)
    Image.fromarray(pixels).save(tmp_path / "<b>half.png")
    page.goto(f"{app_url}/convolution?input=picture")
    expect(page.get_by_text("Choose a PNG or JPEG file")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "<b>half.png")
    view = page.locator(".st-key-convolution_view")
    expect(panel(view, "input")).to_have_attribute("data-columns", "28")
    page.get_by_text("RGB", exact=True).click()
    expect(view.locator("figure.input")).to_have_count(3)
    hover(panel(view, "output"), 5, 20)
    shown = read(view)
    assert {number(t["value"]) for t in shown["terms"] if t["channel"] == "1"} == {0.2}
    page.wait_for_url("**picture=**")
    other = browser.new_context().new_page()
    other.goto(page.url)
    expect(other.locator(".st-key-convolution_view figure.input")).to_have_count(3)
    other.context.close()


def test_a_file_that_is_no_picture_is_refused(page: Page, app_url: str, tmp_path):
    (tmp_path / "x.png").write_bytes(b"GIF89a")
    page.goto(f"{app_url}/convolution?input=picture")
    page.locator("input[type=file]").set_input_files(tmp_path / "x.png")
    expect(page.get_by_text("This is no PNG or JPEG picture; save it as one of these.")).to_be_visible()
    Image.new("L", (30, 30), 255).save(tmp_path / "white.png")
    page.locator("input[type=file]").set_input_files(tmp_path / "white.png")
    expect(page.get_by_text("The picture is blank")).to_be_visible()
    expect(page.get_by_text("This is no PNG or JPEG picture")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(tmp_path / "x.png")
    expect(page.get_by_text("The picture before it is still shown.")).to_be_visible()
    expect(page.get_by_text("The picture is blank")).to_have_count(0)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.jfif", "photo.png"])
def test_a_photo_of_a_phone_is_reduced_before_it_is_sent(page: Page, app_url: str, tmp_path, name: str):
    """Of noise, which no format makes small: twenty megapixels, more bytes than the dashboard takes."""
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (1500, 2000, 3), np.uint8))
    noise = noise.resize((5160, 3870), Image.Resampling.NEAREST)
    noise.paste((255, 255, 255), (0, 0, 2580, 3870))
    noise.save(tmp_path / name, "PNG" if name.endswith("png") else "JPEG", quality=98)
    assert (tmp_path / name).stat().st_size > LARGEST_FILE
    page.goto(f"{app_url}/convolution?input=picture&kernel=1")
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    view = page.locator(".st-key-convolution_view")
    expect(panel(view, "input")).to_have_attribute("data-columns", "28")
    expect(panel(view, "input")).to_have_attribute("data-rows", "21")
    hover(panel(view, "output"), 10, 5)
    expect(view.locator(".where")).to_have_text("Output row 10, column 5")
    assert number(read(view)["output"]) == pytest.approx(1, abs=0.02)
    hover(panel(view, "output"), 10, 20)
    expect(view.locator(".where")).to_have_text("Output row 10, column 20")
    assert number(read(view)["output"]) == pytest.approx(0.5, abs=0.1)


def test_the_pad_stays_where_it_is_and_strokes_select_nothing(page: Page, app_url: str):
    page.goto(f"{app_url}/convolution?input=drawing")
    pad = page.locator(".st-key-drawing_pad canvas")
    view = page.locator(".st-key-convolution_view .convolution-view")
    expect(view.locator(".arithmetic .total")).to_be_visible()
    pad.scroll_into_view_if_needed()
    before = pad.bounding_box()
    for stroke in range(3):
        answers = view.get_attribute("data-answers")
        page.mouse.move(before["x"] + 60 + 40 * stroke, before["y"] + 40)
        page.mouse.down()
        page.mouse.move(before["x"] + 60 + 40 * stroke, before["y"] + before["height"] + 60, steps=6)
        page.mouse.up()
        expect(view).not_to_have_attribute("data-answers", answers)
        assert pad.bounding_box() == before
        assert page.evaluate("String(getSelection())") == ""


def test_a_picture_in_colours_that_the_address_asks_for(page: Page, app_url: str, tmp_path):
    """The kernel has one slice when the page is opened, and three when the picture has come."""
    Image.new("RGB", (20, 20), (255, 51, 0)).save(tmp_path / "red.png")
    page.goto(f"{app_url}/convolution?input=picture&colour=rgb")
    expect(page.get_by_text("it is reduced to 28 pixels a side")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "red.png")
    view = page.locator(".st-key-convolution_view")
    expect(view.locator("figure.input")).to_have_count(3)
    expect(page.get_by_text("This does not fit")).to_have_count(0)


@pytest.mark.parametrize("kind", ["BMP", "GIF", "WEBP"])
def test_a_picture_that_the_browser_reads_is_read(page: Page, app_url: str, tmp_path, kind: str):
    """Whatever its name says."""
    picture = Image.new("L", (20, 20), 0)
    picture.paste(255, (10, 0, 20, 20))
    picture.save(tmp_path / "half.png", kind)
    page.goto(f"{app_url}/convolution?input=picture&kernel=1")
    page.locator("input[type=file]").set_input_files(tmp_path / "half.png")
    view = page.locator(".st-key-convolution_view")
    expect(panel(view, "input")).to_have_attribute("data-columns", "20")
    hover(panel(view, "output"), 10, 15)
    expect(view.locator(".where")).to_have_text("Output row 10, column 15")
    assert number(read(view)["output"]) == pytest.approx(1, abs=0.02)


def test_drawing(page: Page, app_url: str, browser):
    page.goto(f"{app_url}/convolution?input=drawing&kernel=1")
    pad = page.locator(".st-key-drawing_pad canvas")
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8, steps=8)
    page.mouse.up()
    view = page.locator(".st-key-convolution_view")
    expect(view.locator(".arithmetic .total")).to_be_visible()
    hover(panel(view, "output"), 14, 13)
    assert number(read(view)["output"]) > 0.9
    hover(panel(view, "output"), 14, 3)
    expect(view.locator(".where")).to_have_text("Output row 14, column 3")
    assert number(read(view)["output"]) == 0
    page.wait_for_url("**drawing=**")
    other = browser.new_context().new_page()
    other.goto(page.url)
    again = other.locator(".st-key-convolution_view")
    expect(again.locator(".arithmetic .total")).to_be_visible()
    hover(panel(again, "output"), 14, 13)
    assert number(read(again)["output"]) > 0.9
    drawn = other.locator(".st-key-drawing_pad canvas").evaluate(
        "pad => pad.getContext('2d').getImageData(14, 14, 1, 1).data[3]"  # what is drawn is in the opacity
    )
    assert drawn > 200
    other.locator(".st-key-drawing_pad").get_by_role("button", name="Clear").click()
    expect(other.get_by_text("The picture is blank")).to_be_visible()
    other.context.close()


def test_learning_is_replayed_and_its_gradient_is_true(page: Page, app_url: str):
    preset = EXAMPLES["edges"]
    address = {"learn": "true", "rate": 1.0, "matrix": preset.matrix, "kernel": preset.kernel}
    page.goto(f"{app_url}/convolution?{urlencode(address)}")
    view = page.locator(".st-key-learning_view")
    expect(view.locator(".player output")).to_contain_text("step 0: error")
    expect(view.locator(".gradient")).to_contain_text("The gradient of weight row 0, column 0")
    history = learn_kernel(preset.operation, LearningSettings(1.0))
    for frame in (0, 3):
        view.locator(".position").fill(str(frame))
        expect(view.locator(".player output")).to_contain_text(f"step {frame}: error")
        hover(view.locator('figure.learned svg[data-panel="learned"]').first, 0, 1)
        expect(view.locator(".gradient")).to_contain_text("The gradient of weight row 0, column 1")
        gradient, check, following = view.locator(".gradient b").all_text_contents()
        weight = torch.tensor(history.weights[frame][None], requires_grad=True)
        output = torch.nn.functional.conv2d(torch.tensor(preset.image)[None], weight)[0, 0]
        ((output - torch.tensor(history.wanted)) ** 2).mean().backward()
        assert number(gradient) == pytest.approx(weight.grad[0, 0, 0, 1].item(), rel=1e-3)
        assert number(check) == pytest.approx(number(gradient), rel=2e-3)
        assert number(following) == pytest.approx(history.weights[frame + 1][0, 0, 1], rel=1e-3)
    view.get_by_role("button", name="Play").click()
    expect(view.locator(".player output")).to_contain_text("step 60: error")
    learned = [number(text) for text in view.locator("figure.learned .number").all_text_contents()]
    assert learned == [1, -1]


def test_the_first_example_is_learned_from_step_0_to_the_kernel(page: Page, app_url: str):
    page.goto(f"{app_url}/convolution?learn=true")
    view = page.locator(".st-key-learning_view")
    expect(view.locator(".player output")).to_contain_text("step 0: error")
    history = learn_kernel(EXAMPLES["plain"].operation, LearningSettings())
    weight = history.weights[1][0, 0, 0] - history.weights[0][0, 0, 0]
    for frame in (1, 4):
        view.locator(".position").fill(str(frame))
        expect(view.locator(".player output")).to_contain_text(f"step {frame}: error")
        line = view.locator(".gradient div").nth(2).inner_text()
        assert "momentum" in line
        said = line.removeprefix("Next weight: ").replace("momentum ", "").replace("last move ", "")
        left, right = re.split("[=≈]", said)
        value = eval(left.replace("−", "-").replace("×", "*"))
        assert value == pytest.approx(number(right), rel=1e-3)
        assert number(right) == pytest.approx(history.weights[frame + 1][0, 0, 0], rel=1e-3)
    assert weight != 0
    view.get_by_role("button", name="Play").click()
    expect(view.locator(".player output")).to_contain_text(f"step {history.steps[-1]}: error")
    learned = [number(text) for text in view.locator("figure.learned .number").all_text_contents()]
    assert learned == EXAMPLES["plain"].weights.ravel().tolist()
    expect(page.get_by_text("The kernel is found")).to_be_visible()


def test_a_deep_unit_shows_its_receptive_field(page: Page, app_url: str):
    text = "1x20; conv 2 k3 s2 p1; conv 2 k3; max k2 s2"
    page.goto(f"{app_url}/convolution?{urlencode({'stacked': 'true', 'stack': text})}")
    view = page.locator(".st-key-stack_view")
    top = view.locator("svg").nth(3)
    expect(top).to_be_visible()
    hover(top, 1, 2)
    expect(view.locator(".note")).to_contain_text("A unit after layer 3, row 1, column 2, sees 9 × 9 pixels")
    mark = view.locator("svg").nth(0).locator(".mark.seen")
    shown = mark.evaluate("mark => ['top', 'bottom', 'left', 'right'].map(side => Number(mark.dataset[side]))")
    image = torch.zeros(1, 1, 20, 20, dtype=torch.double, requires_grad=True)
    network_of(parse_stack(text))(image)[0, 0, 1, 2].backward()
    seen = image.grad[0, 0].nonzero()
    (top_, left), (bottom, right) = seen.min(0).values.tolist(), seen.max(0).values.tolist()
    assert shown == [top_, bottom, left, right]
    top.press("ArrowRight")
    expect(view.locator(".note")).to_contain_text("row 1, column 3")
