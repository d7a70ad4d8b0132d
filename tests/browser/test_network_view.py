"""The picture of a network: whole in the first window, joined as torch computes it, reached with the keyboard."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.screens import in_window, open_screen, rest
from cnnviz.inspection.features import forward
from cnnviz.networks import NETWORKS, anatomy
from cnnviz.networks.records import Part
from cnnviz.networks.weights import load_network
from cnnviz.runs.demo import ASSETS
from cnnviz.settings import TrainingSettings
from tests.conftest import ROOT
from tests.unit.networks.test_connections import said

SETTINGS = {name: spec.tutorial for name, spec in NETWORKS.items()} | {
    "deep": NETWORKS["residual"].tutorial.but(blocks=4),
    "wide": TrainingSettings(network="custom", layers="conv 64 k3 p1 bn max; conv 64 k3 p1 bn max drop20; conv 32 k3"),
}
MAKE = """
from cnnviz.networks import build
from cnnviz.networks.weights import weights_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.store.record_tables import Records
from tests.browser.test_network_view import SETTINGS, run_of

for name, settings in SETTINGS.items():
    current_artifacts().save_weights(run_of(name), 0, weights_of(build(settings)))
    values = settings.to_dict()
    run = Run(run_of(name), "training", name, values, "finished", None, 1, 0, 0, None, {}, 1.0, 2.0)
    current_store().adopt(run, Records(snapshots=[0]))
"""
PICTURE = ".st-key-layers .network-view"
# Points at the last map that is shown of a part: its number, its edges, the maps that fade, all maps, and edges later.
POINTED = """(view, part) => {
  const all = [...view.querySelectorAll('.tile')];
  const own = all.filter(tile => tile.dataset.name.startsWith(`${part} `));
  const edges = () => [...view.querySelectorAll('.edges path')].map(path => [path.dataset.from, path.dataset.to]);
  const names = tiles => tiles.map(tile => tile.dataset.name);
  own.at(-1).dispatchEvent(new PointerEvent('pointermove', { clientX: 1, clientY: 1 }));
  const pointed = edges();
  const faint = all.filter(tile => getComputedStyle(tile).opacity === '0.18');
  own.at(-1).dispatchEvent(new PointerEvent('pointerleave'));
  return [own.length - 1, pointed, names(faint), names(all), edges().length];
}"""


def run_of(name: str) -> str:
    return f"fresh-{name.replace('_', '-')}"


@pytest.fixture(scope="session")
def fresh_url(mnist, serve: Callable[..., str], tmp_path_factory) -> str:
    """A dashboard with an untrained run of every network."""
    home = str(tmp_path_factory.mktemp("fresh"))
    script = [sys.executable, "-c", MAKE]
    subprocess.run(script, check=True, cwd=ROOT, env={**os.environ, "CNNVIZ_HOME": home})
    return serve(ROOT / "app.py", CNNVIZ_HOME=home)


@pytest.fixture
def projector(page: Page) -> Page:
    page.set_viewport_size({"width": 1280, "height": 720})
    return page


def open_network(page: Page, address: str, query: str) -> Locator:
    """The picture of a network, drawn."""
    open_screen(page, address, "network", query, "layers")
    picture = page.locator(PICTURE)
    expect(picture.locator(".tile").first).to_be_visible()
    return picture


def tile(picture: Locator, part: str, number: int) -> Locator:
    return picture.locator(f'[data-name="{part} {number}"]')


@pytest.mark.parametrize("name", SETTINGS)
def test_every_layer_of_every_network_is_in_the_first_window(projector: Page, fresh_url, name):
    parts = list(anatomy.anatomy(SETTINGS[name].but(batch_size=1)))[:-1]
    picture = open_network(projector, fresh_url, f"run={run_of(name)}")
    all_is_in_the_window(projector, picture, parts)
    projector.set_viewport_size({"width": 1024, "height": 576})
    rest(projector)
    all_is_in_the_window(projector, picture, parts)


def all_is_in_the_window(page: Page, picture: Locator, parts: list[Part]) -> None:
    """Every layer has maps in the window, and a button where it has more; a deep network may scroll in itself."""
    assert in_window(page, page.locator(".st-key-figure"))
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    shown = picture.locator(".tile").evaluate_all("""tiles => tiles.map(tile => {
        const [room, box] = [tile.closest('.room'), tile].map(node => node.getBoundingClientRect());
        const past = Math.max(room.top - box.top, box.bottom - room.bottom);
        return [tile.dataset.name, past, Math.min(box.width, box.height)];
    })""")
    assert [(name, past) for name, past, _ in shown if past > 0] == []
    assert min(side for _, _, side in shown) >= 12
    for part in parts:
        numbers = [int(label.rsplit(" ", 1)[1]) for label, _, _ in shown if label.rsplit(" ", 1)[0] == part.name]
        assert numbers
        assert numbers == list(range(len(numbers)))
        buttons = picture.locator(f'[data-name="{part.name} more"]').count()
        assert (len(numbers) < part.maps) == (buttons == 1)
    wide = picture.locator(".room").evaluate("room => room.scrollWidth > room.clientWidth + 1")
    assert not wide or len(parts) > 15
    assert picture.locator(".class").count() == 10


def expected(parts: dict[str, Part], name: str, number: int) -> set[tuple[str, str]]:
    """The edges of a map, to and from it, as they are drawn; of the last layer they end at each class."""
    here = f"{name} {number}"
    edges = {(f"{source} {k}", here) for source, reads in said(parts[name], parts).items() for k in reads[number]}
    for other in parts.values():
        reads = said(other, parts).get(name, [])
        edges |= {(here, f"{other.name} {k}") for k, reading in enumerate(reads) if number in reading}
    return edges


@pytest.mark.parametrize("name", SETTINGS)
def test_a_map_that_is_pointed_at_is_joined_as_the_anatomy_says(projector: Page, fresh_url, name):
    parts = {part.name: part for part in anatomy.anatomy(SETTINGS[name].but(batch_size=1))}
    picture = open_network(projector, fresh_url, f"run={run_of(name)}")
    for part in list(parts)[:-1]:
        number, edges, faint, tiles, after = picture.evaluate(POINTED, part)
        edges = {tuple(edge) for edge in edges}
        assert edges == expected(parts, part, number), part
        joined = {end for edge in edges for end in edge} | {f"{part} {number}"}
        assert set(faint) == set(tiles) - joined
        assert after == 0


def test_all_maps_of_a_layer_are_shown_when_they_are_asked_for(projector: Page, fresh_url):
    picture = open_network(projector, fresh_url, f"run={run_of('wide')}")
    shown = picture.locator('.tile[data-name^="conv1 "]')
    before = shown.count()
    assert before < 64
    picture.get_by_role("button", name="Show all 64 maps of conv1").click()
    expect(shown).to_have_count(64)
    picture.get_by_role("button", name="Show fewer maps of conv1").click()
    expect(shown).to_have_count(before)


def demo_pass(mnist, image: int):
    """The way of a test image through the demo run, computed here."""
    from safetensors.numpy import load_file

    settings = TrainingSettings(network="two_conv", normalisation="mnist")
    newest = max((ASSETS / "demo_mnist").glob("[0-9]*.safetensors"))
    return {
        one.part.name: one
        for one in forward(load_network(settings, load_file(newest)), mnist.test_images[image], settings).layers
    }


@pytest.mark.parametrize("how", ["click", "Enter", " "])
def test_an_opened_map_tells_its_numbers_and_its_kernel(projector: Page, app_url: str, mnist, how: str):
    picture = open_network(projector, app_url, "run=demo-mnist&image=0")
    small = tile(picture, "conv1", 3)
    place = picture.bounding_box()
    if how == "click":
        small.click()
    else:
        small.focus()
        projector.keyboard.press(how)
    opened = picture.locator(".opened")
    expect(opened).to_be_visible()
    expect(small).to_have_attribute("aria-expanded", "true")
    expect(opened.get_by_text("Feature map 3 of conv1, 24 by 24")).to_be_visible()
    expect(opened).to_contain_text("Conv2d: 5x5, 1 to 10 channels. Output 10x24x24, 260 parameters.")
    inside, around = opened.bounding_box(), picture.bounding_box()
    assert around == place
    assert inside["x"] >= around["x"] - 1
    assert inside["x"] + inside["width"] <= around["x"] + around["width"] + 1
    conv1 = demo_pass(mnist, 0)["conv1"]
    large = opened.locator(".large")
    size = large.bounding_box()
    large.hover(position={"x": 10.5 / 24 * size["width"], "y": 7.5 / 24 * size["height"]})
    value = told(opened, r"conv1, feature map 3, row 7, column 10: (.*)")
    assert abs(value - float(conv1.maps[3, 7, 10])) <= 1.5e-4
    kernel = opened.locator(".slice")
    expect(kernel).to_have_count(1)
    size = kernel.bounding_box()
    kernel.hover(position={"x": 1.5 / 5 * size["width"], "y": 3.5 / 5 * size["height"]})
    assert abs(told(opened, r"weight, row 3, column 1: (.*)") - float(conv1.kernels[3, 0, 3, 1])) <= 1.5e-4
    projector.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    assert small.evaluate("tile => tile.getRootNode().activeElement === tile")


def told(opened: Locator, template: str) -> float:
    """The number that the opened room tells."""
    expect(opened.locator(".number")).to_have_text(re.compile(template))
    return float(re.search(template, opened.locator(".number").inner_text())[1].replace("−", "-"))


def test_an_opened_map_of_a_later_layer_has_a_slice_for_each_map_that_it_reads(projector: Page, app_url: str):
    picture = open_network(projector, app_url, "run=demo-mnist&image=0")
    tile(picture, "conv2", 5).click()
    slices = picture.locator(".opened .slice")
    expect(slices).to_have_count(10)
    assert slices.nth(4).get_attribute("aria-label") == "Weights for: Feature map 4 of relu1, 12 by 12"
    tile(picture, "pool2", 5).dispatch_event("click")
    expect(slices).to_have_count(0)


PRESSED = """([view, keys]) => {
  const items = () => [...view.querySelectorAll('[tabindex]')];
  const name = node => node.dataset.name;
  const seen = new Map([[name(items()[0]), []]]);
  const queue = [items()[0]];
  while (queue.length) {
    const from = queue.shift();
    for (const key of keys) {
      from.focus();
      from.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, composed: true }));
      const to = view.getRootNode().activeElement;
      if (!seen.has(name(to))) {
        seen.set(name(to), key);
        queue.push(to);
      }
    }
  }
  return [seen.size, items().length, items().filter(node => node.tabIndex === 0).length];
}"""


@pytest.mark.parametrize("name", ["two_conv", "inception", "residual", "dense", "wide"])
def test_arrow_keys_reach_every_map_from_one_stop_of_the_tab_key(projector: Page, fresh_url, name):
    picture = open_network(projector, fresh_url, f"run={run_of(name)}")
    keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]
    view = picture.evaluate_handle("view => view")
    reached, items, stops = projector.evaluate(PRESSED, [view, keys])
    assert reached == items > 10
    assert stops == 1


def test_every_map_has_a_name_in_words(projector: Page, app_url: str):
    picture = open_network(projector, app_url, "run=demo-mnist&image=0")
    assert tile(picture, "conv1", 3).get_attribute("aria-label") == "Feature map 3 of conv1, 24 by 24"
    assert tile(picture, "input", 0).get_attribute("aria-label") == "The image, 28 by 28"
    assert tile(picture, "flatten", 0).get_attribute("aria-label") == "The 320 numbers of flatten"
    seven = picture.locator(".class").nth(7).get_attribute("aria-label")
    assert re.fullmatch(r"Class 7, the true one: probability > 99\.9%, logit [\d.]+", seven)


BOXES = """picture => [...picture.querySelectorAll('.tile, .class, .head')].map(node => {
  const { x, y, width, height } = node.getBoundingClientRect();
  return [node.dataset.name ?? node.textContent, x, y, width, height];
})"""
PIXELS = "tile => tile.toDataURL()"


def test_nothing_moves_when_another_image_or_snapshot_is_chosen(projector: Page, app_url: str):
    picture = open_network(projector, app_url, "run=demo-mnist&image=0")
    tile(picture, "conv1", 3).click()
    expect(picture.locator(".opened")).to_be_visible()
    kept = tile(picture, "conv1", 3).element_handle()
    boxes = picture.evaluate(BOXES)
    pixels = [kept.evaluate(PIXELS)]
    for act in (
        lambda: projector.locator(".st-key-image_strip button").nth(4).click(),
        lambda: projector.locator(".st-key-step_slider input").press("ArrowLeft"),
        lambda: projector.locator(".st-key-image [data-testid=stNumberInputStepUp]").click(),
    ):
        before = picture.get_attribute("aria-label"), projector.url
        act()
        projector.wait_for_function("before => location.href !== before", arg=before[1])
        rest(projector)
        pixels.append(kept.evaluate(PIXELS))
        assert picture.evaluate(BOXES) == boxes
        expect(picture.locator(".opened")).to_be_visible()
    assert len(set(pixels)) == 4


def test_a_choice_of_the_strip_is_the_image_of_the_page(projector: Page, app_url: str, mnist):
    picture = open_network(projector, app_url, "run=demo-mnist&image=0")
    wanted = int((mnist.test_labels == 4).argmax())
    projector.get_by_role("button", name=f"Test image {wanted}: 4").click()
    expect(picture).to_have_attribute("aria-label", re.compile(f"^Test image {wanted} "))
    expect(projector.get_by_role("spinbutton", name="Test image")).to_have_value(str(wanted))
    assert f"image={wanted}" in projector.url
    expect(projector.get_by_role("button", name=f"Test image {wanted}: 4")).to_have_attribute("aria-pressed", "true")
