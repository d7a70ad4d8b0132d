"""No sentence comes to the screen around the catalogue: found in the sources of pages, parts of pages and figures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sentences

STREAMLIT = {  # what shows its first arguments
    *(
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "write",
        "info",
        "warning",
        "error",
        "success",
        "toast",
        "badge",
    ),
    *("button", "download_button", "link_button", "popover", "expander", "tabs", "metric", "Page"),
    *("slider", "select_slider", "number_input", "text_input", "text_area", "radio", "selectbox", "multiselect"),
    *("file_uploader", "segmented_control", "pills", "toggle", "checkbox", "spinner", "status", "progress", "dialog"),
}
SHOW_ONE = {  # functions of the project that show their first argument
    *("expander", "buttons", "steps", "slider", "field", "choice", "toggle", "button", "pick", "pair", "choose_layers"),
    *("toast", "error", "keep"),
}
FIRST_ALONE = {"file_uploader"}  # of these, the others are no words
SHOW_TWO = {"open_page", "Row"}  # their first two
IN_TERMINAL = {"echo"}
KEYWORDS = {"label", "help", "placeholder", "alt", "title", "text", "body", "caption", "show_spinner"}  # of any call
OF_TERMINAL = {"label"}  # the help that click writes is English
OF_FIGURES = {"name", "x_title", "y_title", "hovertemplate", "text"}  # keywords of any call in figures/
MARKUP = re.compile(r"<[^>]*>|:material/\w+:|\$[^$]*\$|%?\{[^}]*\}|&\w+;")
WORD = re.compile(r"[^\W\d_]{2,}")


def shown(tree: ast.Module, functions: set[str], keywords: set[str]) -> Iterator[ast.expr]:
    """Arguments that come to the screen."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        attribute = getattr(call.func, "attr", "")
        if attribute in functions:
            yield from call.args[: 1 if attribute in FIRST_ALONE else None]
        name = getattr(call.func, "id", "")
        yield from call.args[: 1 if name in SHOW_ONE else 2 if name in SHOW_TWO else 0]
        yield from (keyword.value for keyword in call.keywords if keyword.arg in keywords)


def spelled(node: ast.AST) -> Iterator[str]:
    """Texts that stand in an expression itself: neither in the arguments of a call, nor as a key, nor compared."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            for part in parts:
                if isinstance(part, ast.FormattedValue):
                    yield from spelled(part.value)
        case ast.Call(func=ast.Attribute(value=ast.Constant() | ast.JoinedStr())):  # a method of a text
            for child in (node.func.value, *node.args):
                yield from spelled(child)
        case ast.Call() | ast.Compare():
            pass
        case ast.Subscript(value=value):
            yield from spelled(value)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from spelled(child)


def around_the_catalogue(path: Path) -> list[str]:
    """Places in a file where words come to the screen that no catalogue can have."""
    tree = ast.parse(path.read_text("utf-8"))
    ways = {"figures": (set(), OF_FIGURES), "cli": (IN_TERMINAL, OF_TERMINAL)}
    arguments = shown(tree, *ways.get(path.parent.name, (STREAMLIT, KEYWORDS)))
    found = [(node.lineno, text) for node in arguments for text in spelled(node)]
    return [f"{sentences.named(path)}:{line}: {text}" for line, text in found if WORD.search(MARKUP.sub(" ", text))]


ROOMS = ("cnnviz/ui/", "cnnviz/figures/", "cnnviz/cli/", "pages/")
SCREEN = [path for path in sentences.python_files() if sentences.named(path).startswith(ROOMS)]


@pytest.mark.parametrize("path", SCREEN, ids=sentences.named)
def test_no_sentence_reaches_the_screen_around_the_catalogue(path):
    assert around_the_catalogue(path) == []


def test_the_functions_listed_are_those_of_the_project():
    trees = [ast.parse(path.read_text("utf-8")) for path in SCREEN]
    kinds = (ast.FunctionDef, ast.ClassDef)
    known = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)}
    assert sorted((SHOW_ONE | SHOW_TWO) - known) == []


@pytest.mark.parametrize(
    "line",
    [
        'st.caption("Choose a run.")',
        'st.caption(f"{count} runs")',
        'column.button("Start", key="start")',
        'st.slider(say("Step"), help="Of the run.")',
        'view(alt=f"Loss of {name}")',
        'st.markdown("; ".join(["one step", more]))',
        'st.markdown("Run {}".format(name))',
        'st.info(one if one else "None yet.")',
        'open_page(say("Home"), "What there is to see.")',
        'buttons("Axis", "axis")',
        'slider(f"{name}, rows", "stride_rows")',
    ],
)
def test_a_planted_sentence_is_seen(tmp_path, monkeypatch, line):
    monkeypatch.setattr(sentences, "ROOT", tmp_path)
    planted = tmp_path / "page.py"
    planted.write_text(line, "utf-8")
    assert len(around_the_catalogue(planted)) == 1


@pytest.mark.parametrize(
    "line",
    [
        'st.caption(say("Choose a run."))',
        'st.markdown(f"<b>{name}</b>", unsafe_allow_html=True)',
        'st.markdown(words["lesson"] if kind == "other" else "")',
        'st.button("☰", key="menu", help=say("Menu"))',
        'buttons(say("Axis"), "axis")',
    ],
)
def test_what_the_catalogue_has_is_not_reported(tmp_path, monkeypatch, line):
    monkeypatch.setattr(sentences, "ROOT", tmp_path)
    planted = tmp_path / "page.py"
    planted.write_text(line, "utf-8")
    assert around_the_catalogue(planted) == []
