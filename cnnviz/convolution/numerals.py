"""Numerals as people write them: decimal commas, separators of thousands, percents, words of programming languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cnnviz.language import sentence
from cnnviz.refusal import Refusal, quoted

LONGEST = 64  # characters of a numeral
BLANKS = r"[ \u00a0\u2009\u202f]"
GROUPED = re.compile(rf"[-+]?[0-9]{{1,3}}(?:{BLANKS}[0-9]{{3}})+(?:[.,][0-9]*)?")  # 1 234,5
APOSTROPHES = re.compile(r"[-+]?[0-9]{1,3}(?:'[0-9]{3})+(?:[.,][0-9]*)?")  # 1'234.5
THOUSAND = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")  # 1,234: a thousand, or between one and two
POINT_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?")  # 1.234,5
DECIMAL_COMMA = re.compile(r"[-+]?(?:[0-9]*|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]*(?:[eE][-+]?[0-9]+)?\s*%?")  # 0,5
WORDS = {"true": "1", "false": "0"}
PERCENT = re.compile(r"([-+]?[0-9]*[.,]?[0-9]+)\s*%")
SUFFIXED = re.compile(r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?)[fF]")  # 1.0f


def several_numbers(cell: str) -> bool:
    """Whether a cell holds numbers that blanks or commas followed by blanks divide."""
    cell = cell.strip()
    return bool(re.search(r"\S\s+\S", cell)) and not GROUPED.fullmatch(cell)


def plain_cells(rows: Sequence[Sequence[str]], name: str, comma: str = "") -> list[list[str]]:
    """Cells that something else than commas and blanks divides, in plain digits.

    Args:
        rows: of cells.
        name: of the table in a refusal.
        comma: "cells" where commas divide the cells, so that none stands in them.

    Raises:
        Refusal: a cell is empty, or means one of two numbers.
    """
    rows = _without_ends(rows)
    for number, row in enumerate(rows, 1):
        if any(not cell.strip() for cell in row):
            raise Refusal(
                "the {name} has an empty cell in row {row}; write a number there.", name=sentence(name), row=number
            )
        for cell in row:
            if len(cell) > LONGEST:
                raise no_number(cell, name)
    cells = [[_unquoted(cell) for cell in row] for row in rows]
    if comma == "cells":
        return [[_plain(cell) for cell in row] for row in cells]
    decimal = _decimal_mark([cell for row in cells for cell in row], name)
    return [[_plain(_pointed(cell, decimal)) for cell in row] for row in cells]


def no_number(cell: str, name: str) -> Refusal:
    """What is said of a cell that is no numeral."""
    return Refusal(
        "the {name} has {cell} where a number is needed; write rows like 1 0 -1; 2 0 -2.",
        name=sentence(name),
        cell=quoted(cell),
    )


def _without_ends(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Without the empty cells that a separator at the end of every longest row leaves."""
    kept = [list(row) for row in rows]
    while kept and all(len(row) > 1 for row in kept) and all(not row[-1].strip() for row in kept):
        kept = [row[:-1] for row in kept]
    shortest = min(map(len, kept), default=0)
    if len({len(row) for row in kept}) > 1:  # the last row often ends without one
        kept = [row[:-1] if len(row) == shortest + 1 and not row[-1].strip() else row for row in kept]
    return kept


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'":
        cell = cell[1:-1].strip()
    if GROUPED.fullmatch(cell):
        cell = re.sub(BLANKS, "", cell)
    return cell.replace("'", "") if APOSTROPHES.fullmatch(cell) else cell


def _decimal_mark(cells: Sequence[str], name: str) -> str:
    """The sign before the decimals, which all cells share: a comma, or a point.

    Raises:
        Refusal: commas may be either, or are both.
    """
    with_comma = [cell for cell in cells if "," in cell]
    commas = [cell for cell in with_comma if _is_decimal(cell)]
    points = [cell for cell in with_comma if not _is_decimal(cell) and not THOUSAND.fullmatch(cell)]
    if commas:
        points += [cell for cell in cells if "." in cell and not POINT_GROUPED.fullmatch(cell)]
    elif any(re.fullmatch(r"[-+]?[0-9]*\.[0-9]+", cell) and not POINT_GROUPED.fullmatch(cell) for cell in cells):
        return "."
    if commas and points:
        raise Refusal(
            "the {name} has a decimal comma in {first} but not in {second}; write decimal points.",
            name=sentence(name),
            first=quoted(commas[0]),
            second=quoted(points[0]),
        )
    if with_comma and not commas and not points:
        cell = with_comma[0]
        raise Refusal(
            "the {name} has {cell}, which may mean {small} or {large}; write a decimal point, and no separators of "
            "thousands.",
            name=sentence(name),
            cell=quoted(cell),
            small=cell.replace(",", "."),
            large=cell.replace(",", ""),
        )
    return "," if commas else "."


def _is_decimal(cell: str) -> bool:
    """Whether the comma of a cell can only stand before decimals."""
    return bool(DECIMAL_COMMA.fullmatch(cell)) and not THOUSAND.fullmatch(cell)


def _pointed(cell: str, decimal: str) -> str:
    """A cell with a point before its decimals and no separators of thousands."""
    if decimal == ",":
        return cell.replace(".", "").replace(",", ".")
    if re.fullmatch(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?", cell):
        return cell.replace(",", "")
    return cell


def _plain(cell: str) -> str:
    """A cell as a numeral; percents as fractions, True and False as 1 and 0."""
    if cell.lower() in WORDS:
        return WORDS[cell.lower()]
    percent = PERCENT.fullmatch(cell)
    if percent:
        return f"{percent[1].replace(',', '.')}/100"
    suffixed = SUFFIXED.fullmatch(cell)
    if suffixed:
        return suffixed[1]
    return re.sub(r"(?<=[0-9])_(?=[0-9])", "", cell)
