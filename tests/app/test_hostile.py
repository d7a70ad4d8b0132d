"""Hostile addresses and files, on every page and for every control: each is answered in a sentence, and the page stays.

What a command line or an environment says wrongly is tried in tests/unit/cli, test_configuration.py and
runs/store/test_places.py; every way in which a file of weights is wrong in tests/unit/export/test_weights.py.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from safetensors.numpy import save

from cnnviz.export.weights import weights_file
from cnnviz.runs import demo
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.ui.frame.navigation import HOME, LESSONS
from tests.unit.ui.test_controls import TABLES

PAGES = [lesson.name for lesson in (HOME, *LESSONS)]
HOSTILE = {
    "path": "../../etc/passwd",
    "unknown": "no-such-thing",
    "markup": "<script>alert(1)</script>",
    "Markdown": "![x](http://evil.example/x.png) **bold** $x$ :material/bolt:",
    "braces": "{name} %s {0.__class__}",
    "nothing": "",
    "NUL": "\x00",
    "what bad UTF-8 becomes": "\ufffd\ufffd",
    "other digits": "١٢",
    "pictures": "💥" * 50,
    "long": "x" * 2_000,
    "number": "9" * 400,
    "not a number": "nan",
    "list": "[1, 2, {}]",
    "right to left": "\u202ekernel",
}


UNSAFE = re.compile(r"Traceback|Error\b|Exception|<script|\]\(|\{0|\*\*|\$x|:material|\x00|\u202e")
"""What no sentence may hold: traces of the program, and markup that a visitor wrote."""


def sentences_of(app) -> list[str]:
    """What a page says beside its lesson."""
    return [element.value for kind in (app.warning, app.error, app.info) for element in kind]


def check(app) -> list[str]:
    """The page stands, and what it says are sentences; those."""
    assert not app.exception
    assert len(app.title) == 1
    told = sentences_of(app)
    for sentence in told:
        assert not UNSAFE.search(sentence), sentence
        assert len(sentence) < 1_000
        assert sentence[-1] in ".?!…", sentence
    return told


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("page", TABLES)
def test_every_control_survives_every_value(visit, page, kind):
    controls = [control for control in TABLES[page] if control.write is not None]
    told = check(visit(page, **{control.name: HOSTILE[kind] for control in controls}))
    numbers = [one for one in controls if one.limits is not None or isinstance(one.default, bool)]
    if kind != "number":  # every one of them is refused by its name, with what is legal
        assert len([sentence for sentence in told if "The address is ignored there." in sentence]) >= len(numbers)


@pytest.mark.parametrize("page", PAGES)
def test_a_long_address_is_told_in_a_line_and_one_that_is_too_long_for_the_server_is_ignored(visit, page):
    first = next((control.name for control in TABLES.get(page, ())), "run")
    told = check(visit(page, **{first: "x" * 200_000, "y" * 200_000: "z"}))
    assert any("in this address mean" in sentence for sentence in told)
    assert check(visit(page, **{first: "x" * 10**6})) == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["no_such_control", "amp;amp", "<b>", "\x00", "../..", "{0}", "💥", "Kernel Size"])
def test_a_name_that_means_nothing_is_named(visit, page, name):
    (told,) = check(visit(page, **{name: "1"}))
    assert "in this address means nothing on this page." in told


@pytest.mark.parametrize("page", TABLES)
def test_a_name_that_stands_twice_is_told_and_the_last_counts(visit, page):
    controls = [control for control in TABLES[page] if control.limits is not None or control.name == "step"]
    first, texts = controls[0], ["no value at all", "20"]
    app = visit(page, **{first.name: texts})
    told = check(app)
    assert f"'{first.name}' stands more than once in this address; the last one counts." in told
    assert app.query_params.get(first.name) in ("20", None)
    assert check(app.run()) == []


def test_runs_that_cannot_be_compared_are_named(visit):
    for compare, words in {
        "no-such-run,demo-digits": "There is no run 'no-such-run' to compare with.",
        "../../etc": "compare names runs by their ids; '..·..·etc' is none.",
        ",".join(["demo-digits"] * 9): "compare names at most 5 runs; here are 9.",
    }.items():
        app = visit("training", run="demo-mnist", compare=compare)
        assert any(words in sentence for sentence in check(app))
        assert check(app.run()) == []


LINKS = [  # as programs send them on
    {"matrix": "1 0 -1; 2 0 -2; 1 0 -1", "amp;kernel": "1 0; 0 -1", "amp;stride_rows": "2", "amp;lock": "false"},
    {"matrix": "1 0 -1; 2 0 -2; 1 0 -1", "Kernel": "1 0; 0 -1", "Stride_Rows": "2", "LOCK": "FALSE"},
]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_was_damaged_on_its_way_shows_what_was_meant(visit, link):
    app = visit("convolution", **link)
    assert check(app) == []
    assert app.query_params["kernel"] == "1 0; 0 -1"
    assert app.query_params["stride_rows"] == "2"


def uploads() -> dict[str, bytes]:
    """Files of weights that are none, or say strange things."""
    demo.install(current_store(), current_artifacts())
    run = current_store().runs.get("demo-digits")
    weights = current_artifacts().load_weights(run.id, current_store().records.snapshots(run.id)[-1])
    good = weights_file(weights, run.training_settings, 5)
    wrong = {"settings": {"epochs": [1], "network": {}}, "step": "x"}
    return {
        "page": b"<html>Log in</html>" * 20,
        "cut": good[: len(good) // 2],
        "nothing": b"",
        "settings": save(weights, metadata={"cnnviz": json.dumps(wrong)}),
        "names": save({"<script>": np.zeros(3, "f4")}),
        "no finite numbers": save({name: array * np.float32("nan") for name, array in weights.items()}),
        "no data set": save(weights, metadata={"cnnviz": json.dumps({"settings": {"dataset": "no"}, "step": 1})}),
    }


@pytest.mark.parametrize("name", ["page", "cut", "nothing", "settings", "names", "no finite numbers", "no data set"])
def test_a_hostile_file_is_refused_in_a_sentence(visit, name):
    content = uploads()[name]
    app = visit("training", run="demo-digits", network="two_conv", dataset="digits")
    before = len(current_store().runs.newest("training"))
    hostile = "../../<b>x</b>" + "y" * 4_000 + ".safetensors"
    app.file_uploader(key="weights_upload").set_value((hostile, content, "text/html")).run()
    app.button(key="import_weights").click().run()
    check(app)
    assert len(app.error) == 1
    assert len(current_store().runs.newest("training")) == before
