"""No sentence comes to the screen around the catalogue: found in the sources of pages, parts of pages and figures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import sentences

STREAMLIT = {  # what shows its first argument
    *("title", "header", "subheader", "markdown", "caption", "write", "info", "warning", "error", "success", "toast"),
    *("button", "download_button", "link_button", "popover", "expander", "tabs", "metric"),
    *("slider", "select_slider", "number_input", "text_input", "text_area", "radio", "selectbox", "multiselect"),
    *("TextColumn", "NumberColumn", "DatetimeColumn", "LinkColumn", "badge"),
    *("segmented_control", "pills", "toggle", "checkbox", "file_uploader", "spinner", "status", "progress", "dialog"),
}
OURS = {"steps", "field", "buttons", "choice", "pair", "pick", "Row", "stop_with", "keep", "_offer", "_number"}
OPTIONS = {"tabs", "radio", "selectbox", "multiselect", "segmented_control", "pills", "metric", "open_page"}
"""What shows its second argument too."""
IN_TERMINAL = {"echo"}
KEYWORDS = {  # of any call
    *("label", "help", "placeholder", "alt", "title", "text", "body", "caption", "show_spinner", "display_text"),
}
OF_TERMINAL = {"label"}  # the help that click writes is English
OF_FIGURES = {"name", "x_title", "y_title", "hovertemplate", "text"}  # keywords of any call in figures/
MARKUP = re.compile(r"<[^>]*>|:material/\w+:|\$[^$]*\$|%?\{[^}]*\}|&\w+;")
WORD = re.compile(r"[^\W\d_]{2,}")


def shown(tree: ast.Module, functions: set[str], keywords: set[str]) -> Iterator[ast.expr]:
    """Arguments that come to the screen."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in functions | OPTIONS:
            yield from call.args[: 2 if name in OPTIONS else 1]
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
    arguments = shown(tree, *ways.get(path.parent.name, (STREAMLIT | OURS, KEYWORDS)))
    found = [(node.lineno, text) for node in arguments for text in spelled(node)]
    return [f"{sentences.named(path)}:{line}: {text}" for line, text in found if WORD.search(MARKUP.sub(" ", text))]


ROOMS = ("cnnviz/ui/", "cnnviz/figures/", "cnnviz/cli/", "pages/")
SCREEN = [path for path in sentences.python_files() if sentences.named(path).startswith(ROOMS)]


@pytest.mark.parametrize("path", SCREEN, ids=sentences.named)
def test_no_sentence_reaches_the_screen_around_the_catalogue(path):
    assert around_the_catalogue(path) == []


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
    ],
)
def test_what_the_catalogue_has_is_not_reported(tmp_path, monkeypatch, line):
    monkeypatch.setattr(sentences, "ROOT", tmp_path)
    planted = tmp_path / "page.py"
    planted.write_text(line, "utf-8")
    assert around_the_catalogue(planted) == []
