"""Nothing goes round the place where refusals are shown: found in the sources of pages and their parts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCES = [
    path
    for path in (*ROOT.glob("pages/*.py"), *ROOT.glob("cnnviz/ui/**/*.py"))
    if "components" not in path.parts and path.name != "address.py"
]


def round_it(tree: ast.AST) -> Iterator[str]:
    """Fragments of Streamlit's own, and what gestures call without `gesture`."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="st"), attr="fragment"):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute()) | ast.Call(func=ast.Name(id="step_slider" | "drawing_pad")):
                for keyword in node.keywords:
                    if (keyword.arg or "").startswith("on_") and not guarded(keyword.value):
                        yield ast.unparse(node)


def guarded(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str()):
            return True  # "rerun" and "ignore" call nothing
        case ast.Call(func=ast.Name(id="gesture")):
            return True
    return False


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_shows_refusals_in_the_one_place(path: Path):
    assert list(round_it(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "st.fragment(look, run_every=0.5)()",
        "@st.fragment\ndef part(): ...",
        "st.button('Go', on_click=start)",
        "left.toggle('On', key='on', on_change=lambda: put(on=True))",
        "step_slider(steps, losses, 3, key='k', on_change=choose)",
    ],
)
def test_what_goes_round_it_is_seen(line):
    assert list(round_it(ast.parse(line)))


@pytest.mark.parametrize("line", ["st.button('Go', on_click=gesture(start))", "st.expander('More', on_change='rerun')"])
def test_what_does_not_is_left_alone(line):
    assert list(round_it(ast.parse(line))) == []
