"""Layers: who may import whom, read from the source. One ordered list; what no layer names is a failure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT

# From the ground up. An entry may import from the entries of lower floors and from itself; `above` names the
# neighbours on its own floor that it may import too. A longer name goes before a shorter one that it begins with.
FLOORS: Sequence[str] = (
    "language arrays numbers",
    "refusal",
    "settings configuration convolution",
    "datasets networks",
    "training inspection",
    "embedding export figures",
    "runs",
    "cli ui",
    "pages app",
)
INSIDE: dict[str, Sequence[str]] = {
    "runs": ("records", "store", "work", "jobs", "demo reader", "actions"),
    "ui": ("components", "frame", "convolution embedding network predictions", "home training"),
}
NEIGHBOURS: set[tuple[str, str]] = set()

HEAVY = {"torch", "torchvision", "numba", "sklearn", "openTSNE"}
# A third party: the only places that may import it.
ONLY_IN = {
    "streamlit": ("ui", "pages", "app"),
    "plotly": ("figures", "ui.components"),
    "sqlalchemy": ("runs.store",),
    "fsspec": ("runs.store",),
    "click": ("cli",),
    "plotext": ("cli",),
}
# A place: third parties that it must not import.
WITHOUT = {
    "language": HEAVY | {"numpy"},
    "refusal": HEAVY | {"numpy"},
    "arrays": HEAVY,
    "numbers": HEAVY | {"numpy"},
    "settings": HEAVY | {"numpy"},
    "configuration": HEAVY | {"numpy"},
    "figures": HEAVY,
    "runs.store": HEAVY,
    "pages": HEAVY | {"numpy"},
    "app": HEAVY | {"numpy"},
}
RECORDS_WITHOUT = HEAVY  # every records.py
TORCH_OF_CONVOLUTION = "convolution.pytorch"  # the one file of convolution/ that may import it


def files(root: Path) -> Iterator[tuple[str, Path]]:
    """Every Python file with its dotted name below cnnviz, `pages.<name>` or `app`."""
    for path in sorted([*root.glob("cnnviz/**/*.py"), *root.glob("pages/*.py"), root / "app.py"]):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(parts[1:] if parts[0] == "cnnviz" else parts), path


def imports(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floor_of(name: str, floors: Sequence[str]) -> int | None:
    """The floor of the entry that a dotted name begins with; None when no floor names it."""
    return next((k for k, entries in enumerate(floors) if name.split(".")[0] in entries.split()), None)


def within(name: str, place: str) -> bool:
    """Whether a dotted name is a place, or in it."""
    return name == place or name.startswith(f"{place}.")


def climbs(name: str, wanted: str, floors: Sequence[str]) -> bool:
    """Whether an import goes up, or to a neighbour on the same floor."""
    here, there = floor_of(name, floors), floor_of(wanted, floors)
    first, second = name.split(".")[0], wanted.split(".")[0]
    if here is None or there is None or first == second or (first, second) in NEIGHBOURS:
        return False
    return there >= here


def inside(name: str, wanted: str) -> tuple[str, str, Sequence[str]]:
    """Both names below the room that they share, and the floors of that room; empty names where they share none."""
    room = name.split(".")[0]
    if room in INSIDE and within(wanted, room) and "." in name:
        return name.split(".", 1)[1], wanted.removeprefix(room).removeprefix("."), INSIDE[room]
    return "", "", ()


def foreign(name: str, package: str) -> bool:
    """Whether a third party must not be imported here."""
    if package in ONLY_IN and not any(within(name, place) for place in ONLY_IN[package]):
        return True
    if name.endswith("records") and package in RECORDS_WITHOUT:
        return True
    if within(name, "convolution") and package in HEAVY and name != TORCH_OF_CONVOLUTION:
        return True
    return any(within(name, place) and package in packages for place, packages in WITHOUT.items())


def violations(root: Path) -> list[str]:
    """Every file that no floor names, and every import that crosses the layers."""
    found = []
    for name, path in files(root):
        if name in ("__init__", "__main__"):
            continue
        room, _, rest = name.partition(".")
        if floor_of(name, FLOORS) is None or (
            room in INSIDE and rest != "__init__" and floor_of(rest, INSIDE[room]) is None
        ):
            found.append(f"{name} stands on no floor")
        for dotted in sorted(imports(path)):
            package, _, wanted = dotted.partition(".")
            below = inside(name, wanted)
            crossing = package == "cnnviz" and (climbs(name, wanted, FLOORS) or climbs(*below))
            if crossing or (package == "pages" and room == "pages") or foreign(name, package):
                found.append(f"{name} imports {dotted}")
    return found


def test_layers():
    assert violations(ROOT) == []


def test_no_circle_among_the_rooms():
    """Follows from the floors as long as no two neighbours may import each other."""
    assert not {(second, first) for first, second in NEIGHBOURS} & NEIGHBOURS


PLANTED = [
    ("pages/home.py", "import torch"),
    ("pages/home.py", "from plotly import graph_objects"),
    ("pages/home.py", "from pages import training"),
    ("cnnviz/training/loop.py", "import streamlit"),
    ("cnnviz/training/loop.py", "from cnnviz.runs import store"),
    ("cnnviz/training/loop.py", "from cnnviz.inspection import features"),
    ("cnnviz/training/records.py", "import torch"),
    ("cnnviz/networks/dense.py", "from cnnviz.training import loop"),
    ("cnnviz/networks/fast/loops.py", "import streamlit"),
    ("cnnviz/networks/fast/loops.py", "from cnnviz.ui.frame import session"),
    ("cnnviz/convolution/axis.py", "from cnnviz.networks import anatomy"),
    ("cnnviz/convolution/costs.py", "import torch"),
    ("cnnviz/figures/training.py", "import torch"),
    ("cnnviz/runs/store/store.py", "import streamlit as st"),
    ("cnnviz/runs/store/store.py", "from cnnviz.runs.jobs import jobs"),
    ("cnnviz/runs/records.py", "from cnnviz.runs.store import store"),
    ("cnnviz/runs/work/worker.py", "import sqlalchemy"),
    ("cnnviz/ui/components/gallery/__init__.py", "from cnnviz.ui.frame import session"),
    ("cnnviz/ui/frame/header.py", "from cnnviz.ui.training import live"),
    ("cnnviz/ui/network/cache.py", "from cnnviz.ui.predictions import cache"),
    ("cnnviz/extra.py", "import math"),
    ("cnnviz/extra/x.py", "import math"),
    ("cnnviz/runs/extra/x.py", "import math"),
]


@pytest.mark.parametrize(("file", "line"), PLANTED)
def test_a_planted_violation_is_seen(tmp_path, file, line):
    for _, path in files(ROOT):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    planted = tmp_path / file
    planted.parent.mkdir(parents=True, exist_ok=True)
    before = planted.read_text("utf-8") if planted.exists() else ""
    planted.write_text(f"{before}\n{line}\n", "utf-8")
    (seen,) = violations(tmp_path)
    assert seen.startswith(".".join(Path(file.removeprefix("cnnviz/")).with_suffix("").parts))


def test_at_most_24_rooms_at_the_top():
    assert len([entry for floor in FLOORS[:-1] for entry in floor.split()]) <= 24


def test_every_page_is_short():
    lengths = {path.name: len(path.read_text("utf-8").splitlines()) for path in ROOT.glob("pages/*.py")}
    assert {name: length for name, length in lengths.items() if length > 130} == {}


def test_the_options_of_the_server():
    """The collector rests between reruns, nobody outside is served or told of, and no visitor sees a traceback."""
    import tomllib

    options = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert options["runner"]["postScriptGC"] is False
    assert options["server"]["address"] == "127.0.0.1"
    assert options["server"]["enableStaticServing"] is True
    assert options["server"]["enableXsrfProtection"] is True
    assert options["browser"]["gatherUsageStats"] is False
    assert options["client"]["showErrorDetails"] == "none"
