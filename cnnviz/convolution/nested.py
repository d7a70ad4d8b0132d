"""Nested lists of numbers, as Python, NumPy, PyTorch, JSON, C and Mathematica write them; and MATLAB's matrices."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cnnviz.convolution.numerals import plain_cells
from cnnviz.language import sentence
from cnnviz.refusal import Refusal, quoted

Rows = list[list[str]]
PAIRS = {"[": "]", "{": "}", "(": ")"}
ASSIGNED = re.compile(r"\s*[A-Za-z_](?:[\w\s.:*<>]|\[[0-9]*\])*=(?!=)\s*")  # float kernel[3][3] =
BEFORE = re.compile(r"(?:[A-Za-z_][\w.]*+\s*+(?:\[\]\s*+)*+\(?\s*+)++$")  # np.array(
AFTER = re.compile(r"(?:\s*,\s*[a-z_]+\s*=\s*[^=,]*)*[)\s;,>]*")  # , dtype=float32)
LONGEST_AROUND = 100  # characters that are read before and behind the numbers
OPENING = re.compile(r"""([\[{])\s*['"]?[-+]?\.?[0-9]""")
NUMBER = r"[-+]?(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:e[-+]?[0-9]++)?(?:/[0-9]++(?:\.[0-9]*+)?+)?+"
DEEPEST = 4  # kernels, channels, rows, cells


def kernels(text: str, name: str, rows_of: Callable[[str], Rows], deepest: int = DEEPEST) -> list[list[Rows]]:
    """Kernels of channels of rows of cells.

    Args:
        text: with brackets.
        name: of the table in a refusal.
        rows_of: reads what stands in one pair of brackets, as MATLAB writes a matrix.
        deepest: level of nesting, at most.

    Raises:
        Refusal: the brackets do not make a table.
    """
    text = ASSIGNED.sub("", text, count=1) if ASSIGNED.match(text) else text
    before, body, after = _divided(text, _kind(text), name)
    tree = _tree(body, name)
    depth = _depth(tree, name)
    if depth > deepest:
        raise Refusal(
            "the {name} is nested {depth} lists deep; the limit is {most}.",
            name=sentence(name),
            depth=depth,
            most=deepest,
        )
    for words in (before, after):
        if len(words) > LONGEST_AROUND:
            raise _beside(words, name)
    behind = "" if AFTER.fullmatch(after) else after.strip(") ;,\n")
    factor = f"{BEFORE.sub('', before)} {behind}"
    if depth == 1:
        return [[scaled(rows_of("".join(tree)), factor, name)]]
    blocks = _leaves(tree, depth - 2, name)
    while depth < DEEPEST:
        blocks, depth = [blocks], depth + 1
    return [[scaled(rows, factor, name) for rows in channels] for channels in blocks]


def scaled(rows: Rows, factor: str, name: str) -> Rows:
    """Rows whose every cell is multiplied by what stands before or behind the table: 1/9, 0.5 *, / 16."""
    factor = factor.strip()
    if not factor:
        return rows
    times = re.fullmatch(rf"\(?({NUMBER})\)?\s*[*·×.]*|[*·×]\s*({NUMBER})", factor)
    over = re.fullmatch(rf"/\s*({NUMBER})", factor)
    if not times and not over:
        raise _beside(factor, name)
    above, _, below = (over[1] if over else times[1] or times[2] if times else "").partition("/")
    top, bottom = (below or "1", above) if over else (above, below or "1")
    return [[_times(cell, top, bottom) for cell in row] for row in rows]


def _times(cell: str, top: str, bottom: str) -> str:
    """A numeral times a fraction; what is no numeral is left for the reader of numbers to refuse."""
    above, _, below = cell.partition("/")
    try:
        product, quotient = float(above) * float(top), float(below or 1) * float(bottom)
    except ValueError:
        return cell
    return f"{_short(product)}/{_short(quotient)}"


def _short(number: float) -> str:
    return repr(number).removesuffix(".0")


def _kind(text: str) -> str:
    """The kind of bracket in which the numbers stand."""
    found = OPENING.search(text)
    return found[1] if found else next((opening for opening in PAIRS if opening in text), "[")


def _divided(text: str, opening: str, name: str) -> tuple[str, str, str]:
    """What stands before the first bracket, between it and the last one, and behind that."""
    first, last = text.find(opening), text.rfind(PAIRS[opening])
    if first < 0 or last < first:
        raise _unbalanced(name)
    return text[:first], text[first : last + 1], text[last + 1 :]


def _tree(body: str, name: str) -> list[Any]:
    """Lists of lists and texts."""
    opening, closing = body[0], PAIRS[body[0]]
    root: list[Any] = []
    path = [root]
    for piece in re.findall(rf"[{re.escape(opening + closing)}]|[^{re.escape(opening + closing)}]+", body):
        if piece == opening:
            path[-1].append([])
            path.append(path[-1][-1])
            if len(path) > DEEPEST + 1:
                raise Refusal("the {name} is nested more than {most} lists deep.", name=sentence(name), most=DEEPEST)
        elif piece == closing:
            path.pop()
            if not path:
                raise _unbalanced(name)
        elif piece.strip(" \t\n,;"):
            path[-1].append(piece)
    if len(path) != 1:
        raise _unbalanced(name)
    for part in root:
        if isinstance(part, str):
            raise _beside(part, name)
    return root[0] if len(root) == 1 else root


def _depth(tree: Any, name: str) -> int:
    """Levels of nesting, the same everywhere."""
    if not isinstance(tree, list):
        return 0
    depths = {_depth(part, name) for part in tree}
    if len(depths) > 1:
        raise Refusal(
            "the lists of the {name} are nested unevenly; write every row as a list of numbers.", name=sentence(name)
        )
    return 1 + (depths.pop() if depths else 0)


def _leaves(tree: Any, levels: int, name: str) -> Any:
    """The rows at the bottom of a tree, whose cells commas and blanks divide, whatever the lines."""
    if levels:
        return [_leaves(part, levels - 1, name) for part in tree]
    return [_row("".join(part), name) for part in tree]


def _row(text: str, name: str) -> list[str]:
    text = text.strip().removesuffix(",").rstrip()
    if re.search(r"[0-9],[0-9.]", text) and re.search(r"[^\s,]\s+[^\s,]", text):
        raise Refusal(
            "the {name} has {cell}, which may be one number or two; write a blank behind each comma.",
            name=sentence(name),
            cell=quoted(re.search(r"\S*[0-9],[0-9.]\S*", text)[0]),  # type: ignore[index]
        )
    cells = text.split(",") if "," in text else text.split()
    return plain_cells([cells], name, comma="cells")[0]


def _beside(words: str, name: str) -> Refusal:
    return Refusal(
        "the {name} has {words} beside its numbers; paste the numbers alone.",
        name=sentence(name),
        words=quoted(words.strip()),
    )


def _unbalanced(name: str) -> Refusal:
    return Refusal("the brackets of the {name} do not match; close each one that opens.", name=sentence(name))
