"""How the scripts of the components are loaded, and how they speak."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from cnnviz.ui.components.shared import modules

PROBE_PATH = "probe/probe.js"
PROBE = """
  globalThis.drawn ??= [];
  export default ({ data, parentElement }) => {
    globalThis.drawn.push(`${parentElement.id}: ${data}`);
    return () => globalThis.drawn.push(`${parentElement.id}: closed after ${data}`);
  };
"""
CALL = """async ([script, calls]) => {
  const blob = new Blob([script], { type: 'text/javascript' });
  const { default: run } = await import(URL.createObjectURL(blob));
  const elements = {};
  const element = id => elements[id] ??= Object.assign(document.createElement('div'), { id });
  window.running = Promise.all(calls.map(([id, data]) => run({ parentElement: element(id), data })));
}"""


@pytest.fixture
def probe_page(modules_page: Page) -> Page:
    """A page with a module that tells what it was asked to draw."""
    modules_page.route(
        f"**/{PROBE_PATH}", lambda route: route.fulfill(body=PROBE, content_type="application/javascript")
    )
    return modules_page


def test_while_a_module_is_on_its_way_the_newest_call_waits_for_it(probe_page: Page):
    calls = [["first", 1], ["second", 1], ["first", 2], ["first", 3]]  # made before any answer can come
    probe_page.evaluate(CALL, [modules.loader(PROBE_PATH), calls])
    assert sorted(probe_page.evaluate("running.then(() => drawn)")) == ["first: 3", "second: 1"]
    closed = probe_page.evaluate("running.then(ends => { ends.forEach(end => end?.()); return drawn.slice(2) })")
    assert closed == ["second: closed after 1", "first: closed after 3"]


def test_calls_after_the_module_has_come_are_drawn_one_after_the_other(probe_page: Page):
    for data in (1, 2, 3):
        probe_page.evaluate(CALL, [modules.loader(PROBE_PATH), [["first", data]]])
        probe_page.evaluate("running.then(() => null)")
    assert probe_page.evaluate("drawn") == ["first: 1", "first: 2", "first: 3"]


def test_every_module_can_be_imported(modules_page: Page):
    for path in modules.sources():
        assert modules_page.evaluate("path => import(path).then(module => Object.keys(module).length)", f"/{path}") > 0


@pytest.mark.parametrize(
    ("translations", "sentences"),
    [
        ({}, ["row 3 of 4", "1 cell in row 3", "0 cells in row 3"]),
        (
            {
                "row {row} of {rows}": "Zeile {row} ({rows})",
                "{count} cell in row {row}": ["{row}: {count}", "{row}:: {count}"],
            },
            ["Zeile 3 (4)", "3: 1", "3:: 0"],
        ),
    ],
)
def test_a_translation_takes_the_place_of_its_template(modules_page: Page, translations: dict, sentences: list[str]):
    body = f"export default {json.dumps(translations)}"
    modules_page.route(
        f"**/{modules.CATALOGUE}", lambda route: route.fulfill(body=body, content_type="text/javascript")
    )
    said = modules_page.evaluate(
        """async () => {
          const { say, sayCount } = await import('/shared/language.js');
          const templates = ['{count} cell in row {row}', '{count} cells in row {row}'];
          const counts = [1, 0].map(count => sayCount(...templates, count, { row: 3 }));
          return [say('row {row} of {rows}', { row: 3, rows: 4 }), ...counts];
        }"""
    )
    assert said == sentences
