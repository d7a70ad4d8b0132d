"""Who may import whom, read from the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

CORE = {"torch", "torchvision", "numpy", "numba", "sklearn", "openTSNE", "captum", "scipy", "platformdirs"}
DRAWING = {"streamlit", "plotly"}

# A layer: the files of it, third-party packages that it must not import, parts of cnnviz that it must not import.
RULES = [
    ("app.py", {"torch", "numpy", "plotly", "sklearn"}, {"*but ui"}),
    ("pages/*.py", {"numpy", "torch", "sklearn", "plotly", "torchvision", "sqlalchemy"}, set()),
    ("cnnviz/settings.py", CORE | DRAWING, {"*"}),
    ("cnnviz/records.py", {"torch", "plotly", "streamlit", "sklearn"}, {"*but settings"}),
    ("cnnviz/*.py", DRAWING | {"sqlalchemy"}, {"figures", "ui", "runs"}),
    ("cnnviz/networks/*.py", DRAWING, {"*but networks records settings"}),
    ("cnnviz/datasets/*.py", DRAWING, {"*but datasets records settings configuration"}),
    ("cnnviz/runs/*.py", DRAWING, {"figures", "ui"}),
    ("cnnviz/figures/*.py", {"torch", "sklearn", "streamlit", "sqlalchemy"}, {"*but figures records settings"}),
    ("cnnviz/ui/**/*.py", {"sqlalchemy"}, {"pages"}),
]
ENTRY_POINTS = {"cnnviz/__main__.py"}  # the command line joins the core and the runs


def imports(source: str) -> set[str]:
    """Dotted names of everything that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def parts(names: set[str], known: set[str]) -> set[str]:
    """The parts of cnnviz among imported names."""
    return {name.split(".")[1] for name in names if name.startswith("cnnviz.") and name.split(".")[1] in known}


def forbidden(rule: set[str], used: set[str]) -> set[str]:
    """What a rule does not allow of what is used; `*but a b` allows only those."""
    refused = used & rule
    for words in rule:
        if words.startswith("*"):
            refused |= used - set(words.removeprefix("*").removeprefix("but").split())
    return refused


def violations(root: Path) -> list[str]:
    """Every import in a tree that crosses the layers."""
    known = {path.stem for path in (root / "cnnviz").iterdir()}
    found = []
    for pattern, packages, layers in RULES:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if name in ENTRY_POINTS:
                continue
            used = imports(path.read_text("utf-8"))
            outside = {dotted.split(".")[0] for dotted in used} & packages
            if pattern == "pages/*.py":
                outside |= {dotted.split(".")[0] for dotted in used} & {"pages"}
            found += [f"{name} imports {what}" for what in sorted(outside | forbidden(layers, parts(used, known)))]
    return found


def test_layers():
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("pages/home.py", "import torch"),
        ("pages/home.py", "from plotly import graph_objects"),
        ("pages/home.py", "from pages import training"),
        ("cnnviz/training.py", "import streamlit"),
        ("cnnviz/training.py", "from cnnviz.runs import store"),
        ("cnnviz/records.py", "import torch"),
        ("cnnviz/networks/dense.py", "from cnnviz import training"),
        ("cnnviz/figures/training.py", "import torch"),
        ("cnnviz/runs/store.py", "import streamlit as st"),
    ],
)
def test_a_planted_import_is_seen(tmp_path, file, line):
    for path in [*ROOT.glob("cnnviz/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text("utf-8"), "utf-8")
    planted = tmp_path / file
    planted.write_text(f"{planted.read_text('utf-8')}\n{line}\n", "utf-8")
    assert len(violations(tmp_path)) == 1
    assert violations(tmp_path)[0].startswith(file)


def test_every_page_is_short():
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in ROOT.glob("pages/*.py")}
    assert {name: length for name, length in lengths.items() if length > 130} == {}


def test_the_collector_rests_between_reruns():
    import tomllib

    options = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert options["runner"]["postScriptGC"] is False
    assert options["server"]["address"] == "127.0.0.1"
    assert options["server"]["enableStaticServing"] is True
    assert options["server"]["enableXsrfProtection"] is True
    assert options["browser"]["gatherUsageStats"] is False
    assert options["client"]["showErrorDetails"] == "none"
