"""What does the first window of a page show? Share of picture, words, Tab stops before the main control, controls whose
effect is out of sight, and how far a gesture moves the main figure.

`python -m benchmarks.screens`; needs the packages of requirements-dev.txt and a Chromium (or CNNVIZ_BROWSER).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.browser import FLAGS, find_browser
from benchmarks.server import dashboard

PROJECTOR = (1280, 720)
RUN = "run=demo-mnist"


@dataclass(frozen=True)
class Pair:
    """A control and what reacts to it, by their keys."""

    control: str
    reaction: str
    address: str = ""  # what the address says beforehand


@dataclass(frozen=True)
class Screen:
    """A page, by keys."""

    main: str  # its main control
    figure: str  # its main figure
    pairs: Sequence[Pair]
    address: str = ""


def pairs(reaction: str, *controls: str, address: str = "") -> Iterator[Pair]:
    """Several controls that move the same."""
    for control in controls:
        yield Pair(control, reaction, address)


VIEW = "convolution_stage"
SCREENS: Mapping[str, Screen] = {
    "convolution": Screen(
        "stride_rows",
        VIEW,
        (
            *pairs(VIEW, "example", "operation", "stride_rows", "padding_rows", "dilation_rows", "kernel_rows"),
            *pairs(VIEW, "stride_columns", "padding_columns", "dilation_columns", address="lock=false"),
            *pairs(VIEW, "window_rows", address="operation=max_pool"),
            *pairs(VIEW, "digit", address="input=digit"),
            *pairs(VIEW, "input", "matrix"),
            *pairs(VIEW, "rows", "columns", "channels", "seed", address="input=random"),
            *pairs(VIEW, "drawing_pad", address="input=drawing"),
            *pairs(VIEW, "weights_from", "named", "kernel"),
            *pairs(VIEW, "kernel_seed", address="weights_from=random"),
            *pairs(VIEW, "output_channels", "bias"),
            *pairs(VIEW, "padding_mode", address="padding_rows=1"),
            *pairs(VIEW, "flip", "activation", "groups"),
        ),
    ),
    "training": Screen(
        "start",
        "loss",
        (
            Pair("start", "loss", "dataset=digits&network=dense&epochs=3"),
            *pairs("loss", "axis", "log", "run", address=RUN),
            *pairs("inside", "step_slider", "inside", address=RUN),
        ),
        RUN,
    ),
    "network": Screen("run", "layers", (*pairs("layers", "run", "step_slider", "image", "another", address=RUN),), RUN),
    "embedding": Screen(
        "compute",
        "map",
        (*pairs("map", "run", "step_slider", "images", "perplexity", address=RUN),),
        RUN,
    ),
    "predictions": Screen(
        "show",
        "gallery",
        (
            *pairs("gallery", "show", "sort", "label", "predicted", "page", "step_slider", address=RUN),
            *pairs("confusion", "run", "step_slider", address=RUN),
        ),
        RUN,
    ),
}

DEEP = """
globalThis.trees = node => {
  const hosts = [...node.querySelectorAll('*')].filter(one => one.shadowRoot);
  return [node, ...hosts.flatMap(host => trees(host.shadowRoot))];
};
globalThis.everywhere = selector => trees(document).flatMap(tree => [...tree.querySelectorAll(selector)]);
globalThis.seen = node => node.checkVisibility() && node.getClientRects().length;
"""
# Share of the window that our components draw on; what they write on their pictures is a part of them.
PICTURES = """() => {
  const grid = 8;  // px
  const rects = everywhere('[data-testid^=stBidiComponent]')
    .filter(node => seen(node) && !node.closest('.st-key-tools, [class*=st-key-note_]'))
    .map(node => node.getBoundingClientRect());
  let inside = 0, all = 0;
  for (let x = 0; x < innerWidth; x += grid) for (let y = 0; y < innerHeight; y += grid) {
    all += 1;
    if (rects.some(r => x >= r.left && x < r.right && y >= r.top && y < r.bottom)) inside += 1;
  }
  return inside / all;
}"""
WORDS = """() => {
  let words = 0;
  for (const tree of trees(document)) {
    const walker = document.createTreeWalker(tree, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest('style, script, svg') || !seen(parent)) continue;
      const range = document.createRange();
      range.selectNode(node);
      const { top, bottom, left, right } = range.getBoundingClientRect();
      const isInside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      if (isInside) words += (node.textContent.match(/\\p{L}{2,}/gu) ?? []).length;
    }
  }
  return words;
}"""
HAS_FOCUS = "node => node.contains(document.activeElement)"
IN_WINDOW = """node => {
  const { top, bottom, left, right } = node.getBoundingClientRect();
  return top >= -1 && left >= -1 && bottom <= innerHeight + 1 && right <= innerWidth + 1;
}"""
SCROLLED = "() => document.querySelector('[data-testid=stMain]').scrollTop"
MOST_TABS = 60
DRAWN = ".main-svg, svg[data-panel], canvas, .tile, table"  # what a figure is made of


def element(page: Page, key: str) -> Locator:
    """What has this key; a widget that shows what others mean is numbered."""
    return page.locator(f".st-key-{key}, [class*='st-key-{key}_1'], [class*='st-key-{key}_2']").first


def open_screen(page: Page, address: str, name: str, query: str, figure: str) -> None:
    """Open a page and wait until its figure stands."""
    page.goto(f"{address}/{name}?{query}")
    element(page, figure).locator(DRAWN).first.wait_for()
    rest(page)


def rest(page: Page) -> None:
    """Until the page has come to rest: the script has ended, and nothing has moved for some frames."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.evaluate("""() => new Promise(done => {
      let before = '', same = 0;
      const look = () => {
        const nodes = [...document.querySelectorAll('[class*=st-key-]')];
        const now = JSON.stringify(nodes.map(node => node.getBoundingClientRect()));
        same = now === before ? same + 1 : 0;
        before = now;
        if (same > 12) done();
        else requestAnimationFrame(look);
      };
      look();
    })""")


def tab_stops(page: Page, key: str) -> int:
    """Which Tab stop of the lesson the main control is, after Streamlit's own nine, which one of them skips; MOST_TABS
    when none is."""
    page.get_by_test_id("stMain").focus()
    for count in range(1, MOST_TABS):
        page.keyboard.press("Tab")
        if element(page, key).evaluate(HAS_FOCUS):
            return count
    return MOST_TABS


def show_control(page: Page, pair: Pair) -> Locator:
    """The control of a pair, scrolled to within its panel, the page as it is."""
    control = element(page, pair.control)
    control.wait_for(state="attached")
    tabs = page.locator(".st-key-knobs [role=tab]")
    for k in range(tabs.count()):
        if control.is_visible():
            break
        tabs.nth(k).click()
        rest(page)
    control.evaluate(SCROLL_PANEL)
    return control


SCROLL_PANEL = """node => {
  const panel = node.closest('.st-key-knobs');
  if (!panel) return;
  const [a, b] = [node.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (a.top < b.top || a.bottom > b.bottom) panel.scrollTop += a.top - b.top - 12;
}"""


def in_window(page: Page, *nodes: Locator) -> bool:
    """Whether these stand wholly in the window, and the page has not been scrolled."""
    return page.evaluate(SCROLLED) == 0 and all(node.evaluate(IN_WINDOW) for node in nodes)


def gesture(page: Page, control: Locator) -> None:
    """Move a control as a visitor does, by its kind."""
    for selector, act in GESTURES.items():
        found = control.locator(selector)
        if found.count():
            act(page, found)
            break
    else:
        raise LookupError(f"no gesture for {control}")
    rest(page)


def _slide(page: Page, found: Locator) -> None:
    slider = found.first
    slider.focus()
    high = slider.get_attribute("aria-valuemax") or slider.get_attribute("max")
    now = slider.get_attribute("aria-valuenow") or slider.input_value()
    page.keyboard.press("ArrowLeft" if high == now else "ArrowRight")


def _choose(page: Page, found: Locator) -> None:
    found.first.click()
    page.get_by_role("option").nth(1).click()


def _press_another(page: Page, found: Locator) -> None:
    found.locator("css=:not([aria-checked=true])").first.click()


def _draw(page: Page, found: Locator) -> None:
    box = found.first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3 * box["height"] / 4, steps=8)
    page.mouse.up()


def _type(page: Page, found: Locator) -> None:
    found.first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Control+Enter")


GESTURES = {
    "[role=slider], input[type=range]": _slide,
    "[role=combobox], [data-testid=stSelectbox] input": _choose,
    "[role=radio]": _press_another,
    "[data-testid=stNumberInputStepUp]": lambda page, found: found.first.click(),
    "canvas": _draw,
    "textarea": _type,
    "label:has(input[type=checkbox])": lambda page, found: found.first.click(),
    "button:enabled": lambda page, found: found.first.click(),
}


@dataclass(frozen=True)
class Tried:
    """A pair, tried in a window."""

    together: bool  # control and reaction are wholly in the window, before and after
    movement: float  # px, of the reaction


def try_pair(page: Page, pair: Pair) -> Tried:
    """Move the control of a page that is open."""
    control, reaction = show_control(page, pair), element(page, pair.reaction)
    reaction.wait_for()
    rest(page)
    before, together = reaction.bounding_box(), in_window(page, control, reaction)
    gesture(page, control)
    after, still = reaction.bounding_box(), in_window(page, element(page, pair.control), reaction)
    assert before and after
    return Tried(together and still, max(abs(before[side] - after[side]) for side in ("x", "y")))


@contextmanager
def window(browser: Browser, size: tuple[int, int] = PROJECTOR, scheme: str = "light") -> Iterator[Page]:
    """A page of a fresh window."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    context.set_default_timeout(60_000)
    try:
        context.add_init_script(DEEP)
        yield context.new_page()
    finally:
        context.close()


def measure(browser: Browser, address: str, name: str, screen: Screen) -> int:
    """Print what the first window of a page shows; the pairs that are apart."""
    with window(browser) as page:
        open_screen(page, address, name, screen.address, screen.figure)
        picture, words = page.evaluate(PICTURES), page.evaluate(WORDS)
        stops = tab_stops(page, screen.main)
        tried: dict[str, Tried] = {}
        for pair in screen.pairs:
            open_screen(page, address, name, pair.address, screen.figure)
            try:
                one = try_pair(page, pair)
            except PlaywrightError as error:
                print(f"  {pair}: {error.message.splitlines()[0]}")
                one = Tried(together=False, movement=0.0)
            tried[f"{pair.control} {pair.address}".strip()] = one
    apart = [name for name, one in tried.items() if not one.together]
    moved = {name: one.movement for name, one in tried.items() if one.movement}
    print(
        f"{name}: picture {picture:.0%}, {words} words, Tab stop {stops}, "
        f"{len(tried) - len(apart)} of {len(tried)} pairs together, movement {max(moved.values(), default=0):.0f} px"
    )
    print(*(f"  apart: {one}" for one in apart), *(f"  moved: {one}" for one in moved.items()), sep="\n", end="")
    return len(apart)


def main(names: Sequence[str]) -> None:
    """Measure all pages, or those named."""
    with sync_playwright() as playwright, dashboard() as server:
        path = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        apart = sum(
            measure(browser, f"http://{server.address}", name, screen)
            for name, screen in SCREENS.items()
            if not names or name in names
        )
        browser.close()
    print(f"pairs_apart {apart}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", choices=[*SCREENS, []], help="all, unless some are named")
    main(parser.parse_args().pages)
