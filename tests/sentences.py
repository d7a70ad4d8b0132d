"""The sentences of the sources, and the English catalogue made of them: `.ci/sentences` writes it anew.

A sentence stands in the source as the literal first argument of a function that says it, or as both of the two that
say a counted one. Python is read by its own parser, which Babel does not use: it finds calls inside of calls too.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from cnnviz.configuration import ROOT
from cnnviz.language import LOCALES

CATALOGUE = LOCALES / "cnnviz.pot"
ONE, COUNTED = {"say", "sentence", "mark"}, {"say_count", "counted", "mark_count"}
IN_JAVASCRIPT = {"say": None, "sayCount": (1, 2)}
WIDTH = 120  # columns of the catalogue

Templates = tuple[str, ...]  # one, or those for one thing and for many


@dataclass(frozen=True)
class Call:
    """A call in Python that says a sentence."""

    file: str
    line: int
    function: str
    arguments: tuple[ast.expr, ...]  # where the templates stand
    values: frozenset[str] | None  # names of the values; None where they are not all written out

    @property
    def templates(self) -> Templates | None:
        """The templates; None where they are not written out here."""
        found = [a.value for a in self.arguments if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        return tuple(found) if found and len(found) == len(self.arguments) else None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.function}({', '.join(map(ast.unparse, self.arguments))})"


def python_files() -> list[Path]:
    """The package and the pages."""
    return sorted([*ROOT.glob("cnnviz/**/*.py"), *ROOT.glob("pages/*.py")])


def javascript_files() -> list[Path]:
    """The components."""
    return sorted(ROOT.glob("cnnviz/ui/components/**/*.js"))


def named(path: Path) -> str:
    """A file as the catalogue names it."""
    return path.relative_to(ROOT).as_posix()


def refusals(trees: list[ast.Module]) -> set[str]:
    """Refusal and all classes below it."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found, size = {"Refusal"}, 0
    while len(found) > size:
        size = len(found)
        found |= {name for name, above in bases.items() if above & found}
    return found


def calls() -> Iterator[Call]:
    """Every call in Python that says a sentence."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in python_files()}
    one = ONE | refusals(list(trees.values()))
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                function = getattr(node.func, "id", getattr(node.func, "attr", ""))
                count = 1 if function in one else 2 if function in COUNTED else 0
                if count and node.args:
                    yield Call(named(path), node.lineno, function, tuple(node.args[:count]), _values(node, count))


def _values(call: ast.Call, templates: int) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    if None in names:
        return None
    counts = ["count"] if templates == 2 and len(call.args) == 3 else []
    return frozenset([*map(str, names), *counts])


def javascript() -> Iterator[tuple[str, Templates]]:
    """Every sentence in JavaScript, with its file."""
    for path in javascript_files():
        for _line, found, *_ in extract("javascript", io.BytesIO(path.read_bytes()), IN_JAVASCRIPT):
            yield named(path), (found,) if isinstance(found, str) else tuple(found)


def calls_in_javascript() -> int:
    """How often JavaScript says a sentence: as many sentences must be found there."""
    texts = [path.read_text("utf-8") for path in javascript_files()]
    return sum(len(re.findall(r"(?<!function )\b(?:say|sayCount)\(", text)) for text in texts)


def sentences() -> Iterator[tuple[str, Templates]]:
    """Every sentence, with its file."""
    for call in calls():
        if call.templates:
            yield call.file, call.templates
    yield from javascript()


def extracted() -> Catalog:
    """The catalogue as the sources have it."""
    catalogue = Catalog(charset="utf-8")
    for file, templates in sentences():
        catalogue.add(templates if len(templates) > 1 else templates[0], locations=[(file, 0)])
    return catalogue


def keys(catalogue: Catalog) -> set[Templates]:
    """The templates of a catalogue."""
    return {(m.id,) if isinstance(m.id, str) else tuple(m.id) for m in catalogue if m.id}


def kept() -> Catalog:
    """The catalogue as it was written last."""
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def write() -> None:
    """Write the catalogue anew: no dates and no lines, in the order of the alphabet, so that it is easy to merge."""
    catalogue = extracted()
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=WIDTH, sort_output=True, omit_header=True, include_lineno=False)


if __name__ == "__main__":
    write()
