"""Every page in another language: what is not said through the catalogue stands there in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1.element_tree import Block, Node

from tests.unit.test_words_on_screen import MARKUP, WORD

SHOWN = ("label", "body", "text", "help", "placeholder", "delta", "alt")  # fields of Streamlit's messages
OWN = re.compile(r":\w+-badge\[|Demo: [\w ]+ on \w+|\w+ \(/[^)]*\)")  # markup of a badge, names of runs
SAID = re.compile(r"«[^«»]*»")
FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
FRAME = {"MNIST"}  # on every page: names that the frame shows

OPEN = [
    ("home", {}),
    ("convolution", {"learn": "true", "stacked": "true"}),
    ("convolution", {"operation": "transposed", "input": "random", "weights_from": "learned", "lock": "false"}),
    ("convolution", {"operation": "average_pool", "input": "digit"}),
    ("convolution", {"input": "drawing"}),
    ("convolution", {"matrix": "1 2; 3"}),
    ("convolution", {"kernel": "1 1 1 1 1 1; 1 1 1 1 1 1"}),
    ("convolution", {"stride_rows": "9", "operation": "no_such_operation"}),
    ("network", {}),
    ("network", {"image": "99999"}),
    (
        "training",
        {"more": "true", "network_open": "true", "find_rate": "true", "network": "custom", "inside": "layers"},
    ),
    ("training", {"inside": "predictions", "compare": "demo-digits"}),
    ("training", {"inside": "map", "all_runs": "true", "find_rate": "true"}),
    ("embedding", {}),
    ("predictions", {}),
    ("predictions", {"label": "3", "predicted": "3", "show": "wrong"}),
]
"""Pages with what is shown when it is asked for, and with what is refused."""


def nodes(block: Block) -> Iterator[Node]:
    """All that a page shows, blocks such as expanders too."""
    for child in block.children.values():
        yield child
        if isinstance(child, Block):
            yield from nodes(child)


def texts(message: object) -> Iterator[str]:
    """The words in a message of Streamlit, those too of what it holds: the label of a popover."""
    for field, value in message.ListFields():
        if isinstance(value, str) and field.name in SHOWN:
            yield value
        elif field.name == "popover" or field.name == "expandable":
            yield from texts(value)
        elif field.name == "options":
            yield from (option if isinstance(option, str) else option.content for option in value)


def unsaid(text: str) -> str:
    """What is left of a text without its sentences, the values in them too."""
    while (shorter := SAID.sub("", text)) != text:
        text = shorter
    return MARKUP.sub("", OWN.sub("", FORMULA.sub("", text)))


@pytest.mark.parametrize(("page", "address"), OPEN, ids=str)
def test_every_word_of_a_page_is_in_the_catalogue(home, visit, fresh_server, quoting, page, address):
    app = visit(page, run="demo-mnist", **address)
    assert not app.exception
    shown = [text for node in nodes(app.main) if getattr(node, "proto", None) for text in texts(node.proto)]
    assert any("«" in text for text in shown)
    assert [text for text in shown if WORD.search(unsaid(text)) and unsaid(text) not in FRAME] == []


def test_an_english_word_is_seen():
    assert [unsaid(text) for text in ("«a «b» c»", "«a» rest")] == ["", " rest"]
