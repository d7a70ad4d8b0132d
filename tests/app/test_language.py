"""Pages in another language: no English word stands outside of a sentence of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from cnnviz.ui.frame.navigation import HOME, LESSONS
from cnnviz.ui.frame.session import trainings

READ = {
    "body",
    "label",
    "help",
    "placeholder",
    "options",
    "caption",
    "alt",
    "title",
    "name",
    "content",
    "text",
    "delta",
}
"""Fields of Streamlit's messages that a visitor reads."""
SENTENCE = re.compile(r"«[^«»]*»")
MARKUP = re.compile(r":[a-z]+-badge\[|\$\$.*?\$\$|`[^`]*`|<[^>]*>|\]\([^)]*\)|&\w+;", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
SEEN = [
    *((lesson.name, {}) for lesson in (HOME, *LESSONS)),
    ("convolution", {"learn": "true", "stacked": "true"}),
    ("convolution", {"operation": "transposed", "input": "random", "weights_from": "learned", "lock": "false"}),
    ("convolution", {"operation": "average_pool", "input": "digit"}),
    ("convolution", {"input": "drawing"}),
    ("convolution", {"matrix": "1 2; 3"}),
    ("convolution", {"kernel": "1 1 1 1 1 1; 1 1 1 1 1 1"}),
    ("convolution", {"stride_rows": "9", "operation": "no_such_operation"}),
    ("training", {"more": "true", "network_open": "true", "find_rate": "true", "all_runs": "true"}),
    ("training", {"inside": "layers", "run": "no-such-run"}),
    ("training", {"inside": "predictions", "network": "custom"}),
    ("training", {"inside": "map", "compare": "demo-digits"}),
    ("network", {"image": "99999", "run": "demo-digits"}),
    ("predictions", {"label": "3", "predicted": "3", "show": "wrong"}),
]


def texts(message: Any) -> Iterator[str]:
    """What a visitor reads of an element, a message that consists of others."""
    for field, value in message.ListFields():
        parts = value if field.is_repeated else [value]
        if field.type == field.TYPE_MESSAGE:
            for part in parts:
                yield from texts(part) if hasattr(part, "ListFields") else ()
        elif field.type == field.TYPE_STRING and field.name in READ:
            yield from parts


def outside(text: str) -> str:
    """What is left of a text without the sentences of the catalogue, which may be values of each other."""
    while SENTENCE.search(text):
        text = SENTENCE.sub(" ", text)
    return MARKUP.sub(" ", text)


@pytest.mark.parametrize(("page", "address"), SEEN, ids=str)
def test_every_word_comes_from_the_catalogue(fresh_server, quoting, visit, page, address):
    app = visit(page, **address)
    assert not app.exception
    names = {run.name for run in trainings()}  # what visitors have written
    messages = [node.proto for node in app._tree if getattr(node, "proto", None)]
    read = {text for message in messages for text in texts(message)}
    assert len(read) > 5
    assert sorted(text for text in read if WORD.search(outside(text)) and text not in names) == []
