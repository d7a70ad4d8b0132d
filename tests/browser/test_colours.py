"""Two scales of colours: an image looks the same on every page and in both themes, and zero is the page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from cnnviz.figures.theme import IMAGE

WHITE, INK = (np.array(list(bytes.fromhex(colour[1:])), float) for _, colour in IMAGE)
DIGIT = 3

# The colours in the middle of rows x columns cells of a canvas, on what lies behind it.
OF_CANVAS = """(canvas, [rows, columns]) => {
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
  const pen = copy.getContext('2d');
  pen.fillStyle = canvas.style.background || 'rgba(0, 0, 0, 0)';
  pen.fillRect(0, 0, copy.width, copy.height);
  pen.drawImage(canvas, 0, 0);
  const at = (k, count, size) => Math.floor((k + 0.5) * size / count);
  const cells = [];
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++)
    cells.push([...pen.getImageData(at(c, columns, copy.width), at(r, rows, copy.height), 1, 1).data]);
  return cells;
}"""
# The colours of the first tile of a sheet.
OF_SHEET = """async (tile, side) => {
  const url = getComputedStyle(tile).backgroundImage.match(/url\\("(.*)"\\)/)[1];
  const picture = await createImageBitmap(await (await fetch(url)).blob());
  const pen = Object.assign(document.createElement('canvas'), { width: side, height: side }).getContext('2d');
  pen.drawImage(picture, 0, 0);
  const { data } = pen.getImageData(0, 0, side, side);
  return Array.from({ length: side * side }, (_, k) => [...data.slice(4 * k, 4 * k + 4)]);
}"""


@pytest.fixture(params=["light", "dark"])
def themed(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    yield context.new_page()
    context.close()


def are_of_the_image(colours: list[list[int]], image: np.ndarray) -> None:
    """White where a pixel is 0, ink where it is 255, and in between."""
    share = image.reshape(-1, 1) / 255
    expected = WHITE + share * (INK - WHITE)
    found = np.array(colours)
    assert (found[:, 3] == 255).all()
    np.testing.assert_allclose(found[:, :3], expected, atol=2)


def test_an_image_has_the_same_colours_on_every_page(themed: Page, app_url: str, mnist):
    image = mnist.test_images[DIGIT]
    themed.goto(f"{app_url}/convolution?input=digit&dataset=mnist&digit={DIGIT}&kernel=1")
    panel = themed.locator(".st-key-convolution_view figure.input canvas")
    expect(panel).to_be_visible()
    are_of_the_image(panel.evaluate(OF_CANVAS, list(image.shape)), image)
    themed.goto(f"{app_url}/network?image={DIGIT}")
    first = themed.locator(".st-key-layers canvas.tile").first
    expect(first).to_be_visible()
    are_of_the_image(first.evaluate(OF_CANVAS, list(image.shape)), image)
    themed.goto(f"{app_url}/predictions?show=all")
    tile = themed.locator(".gallery .tile").first
    expect(tile).to_be_visible()
    shown = int(tile.get_attribute("data-id"))
    picture = tile.locator(".picture")
    are_of_the_image(picture.evaluate(OF_SHEET, image.shape[0]), mnist.test_images[shown])


def test_what_is_drawn_has_the_colours_of_an_image(themed: Page, app_url: str):
    themed.goto(f"{app_url}/convolution?input=drawing&kernel=1")
    pad = themed.locator(".st-key-drawing_pad canvas")
    expect(pad).to_be_visible()
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    themed.mouse.move(box["x"] + 40, box["y"] + 40)
    themed.mouse.down()
    themed.mouse.move(box["x"] + 160, box["y"] + 200, steps=5)
    themed.mouse.up()
    themed.wait_for_url("**drawing=**")
    colours = np.array(pad.evaluate(OF_CANVAS, [28, 28]))
    np.testing.assert_array_equal(colours[0], [*WHITE, 255])
    view = themed.locator(".st-key-convolution_view figure.input canvas")
    expect(themed.locator(".st-key-convolution_view .convolution-view")).to_have_attribute("data-answers", "2")
    np.testing.assert_allclose(np.array(view.evaluate(OF_CANVAS, [28, 28]))[:, :3], colours[:, :3], atol=3)
    assert (np.abs(colours[:, :3] - INK) <= 1).all(axis=1).any()


def test_zero_is_the_page_and_below_it_is_red_in_both_themes(themed: Page, app_url: str):
    themed.goto(f"{app_url}/convolution?matrix=0+1+0&kernel=1+0+-1%3B0+0+0&padding_rows=1")
    kernel = themed.locator(".st-key-convolution_view figure.kernel canvas")
    expect(kernel).to_be_visible()
    colours = kernel.evaluate(OF_CANVAS, [2, 3])
    assert colours[1][3] == colours[3][3] == colours[4][3] == 0  # the page shows through
    assert colours[0][2] > colours[0][0]
    assert colours[2][0] > colours[2][2]
    assert colours[0][3] > 100
