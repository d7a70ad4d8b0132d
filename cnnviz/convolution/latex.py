"""Matrices of LaTeX: pmatrix, bmatrix, array, with fractions in them and before them."""

from __future__ import annotations

import re

from cnnviz.convolution.nested import Rows, scaled
from cnnviz.convolution.numerals import plain_cells

TYPESETTING = re.compile(r"\\(?:hline|(?:top|mid|bottom)rule|displaystyle|phantom\{[^{}]*\}|[,;:! ])|[${}~]")


def matrix_of_latex(text: str, name: str) -> Rows:
    r"""The rows of a matrix or an array: cells between &, rows between \\."""
    text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1/\2 ", text)
    text = re.sub(r"\\[dt]?frac\s*([0-9])\s*([0-9])", r" \1/\2 ", text)
    text = re.sub(r"\s*\\(?:cdot|times)\s*10\^\{?\s*(-?[0-9]+)\s*\}?", r"e\1", text)
    before, begin, inside = text.rpartition("\\begin")
    table, _, after = inside.partition("\\end")
    if begin:  # {array}{ccc}
        table = re.sub(r"^\s*\{[a-zA-Z]*\*?\}(?:\s*(?:\[[^\]]*\]|\{[clr|@ ]*\}))*", "", table)
        after = re.sub(r"^\s*\{[a-zA-Z]*\*?\}", "", after)
    rows = re.split(r"\\\\(?:\s*\[[^\]]*\])?|\\cr\b|\\tabularnewline", table)
    rows = [re.sub(TYPESETTING, " ", row) for row in rows]
    rows = [row for row in rows if row.strip()]
    cells = [[re.sub(r"\s+", " ", cell).strip().replace("- ", "-") for cell in row.split("&")] for row in rows]
    return scaled(plain_cells(cells, name), _factor_of(f"{before} {after}"), name)


def _factor_of(around: str) -> str:
    """What stands around a matrix of LaTeX, without what only typesets or names it."""
    around = re.sub(r"\\(?:begin|end)\s*\{[^{}]*\}|\\(?:left|right)\s*\\?[\[\](){}|.]|\\[\[\]()]|[$]", " ", around)
    around = re.sub(r"[A-Za-z_]\w*\s*=|\\(?:cdot|times|quad|[,;])", " ", around)
    return re.sub(r"[.,\s]+$", "", around).strip()
