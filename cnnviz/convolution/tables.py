"""Tables of numbers as people paste them: from spreadsheets, CSV files, Python, MATLAB, LaTeX, Markdown, the terminal.

What is found is kernels of channels of rows of cells, each cell a numeral in plain digits or a fraction. Lines are rows
where there are lines. A table that can be read in two ways is refused with the reason, and with what would be clear.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from cnnviz.convolution import nested
from cnnviz.convolution.latex import matrix_of_latex
from cnnviz.convolution.numerals import plain_cells, several_numbers
from cnnviz.language import sentence
from cnnviz.refusal import Refusal, quoted

Rows = list[list[str]]
Channels = list[Rows]

CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\uff0d\ufe63", "-"),  # minus signs and dashes
        **dict.fromkeys("\ufeff\u200b\u200e\u200f\u2060", ""),  # marks without width
        **dict.fromkeys("\u2502\u2503\u2551\u00a6", "|"),  # lines of drawn tables
        **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
        **{chr(0xFF01 + k): chr(0x21 + k) for k in range(94)},  # wide letters and digits
        "\u3000": " ",
        "\u3001": ",",
        "\u2044": "/",
        "\u2026": "...",
        "\u201a": ",",
        "\u2019": "'",
    }
)
RULE = re.compile(r"(?=.*(?:--|==|[\u2500-\u257f]|\|\s*-\s*\|))[\s|+:=\u2500-\u257f-]+")  # |---|:--:|, +---+---+, ────
BRACKETS = re.compile(r"[\[\](){}]")
OTHER_BLANKS = "\u00a0\u2009\u202f"  # that stand between cells in some texts, and between thousands in others
HEADS = (  # lines before a table that name it
    re.compile(r"(?m)^[ \t]*[A-Za-z_]\w*[ \t]*=[ \t]*$"),  # A =
    re.compile(r"(?m)^[ \t]*[0-9]+[×x][0-9]+ [^\n]*:[ \t]*$"),  # 3×3 Matrix{Int64}:
    re.compile(r"(?m)^Parameter containing:$"),
    re.compile(r"^\s*<tf\.[^\n]*numpy=\s*"),
    re.compile(r"(?m)^[ \t]*(?:\[,[0-9]+\][ \t]*)+$"),  # [,1] [,2]
    re.compile(r"(?m)^[ \t]*\[[0-9]+,\]"),  # [1,]
)


def read_table(text: str, name: str) -> list[Channels]:
    """Kernels, channels, rows and cells of a text.

    Args:
        text: to be read.
        name: of the table in a refusal, a template.

    Raises:
        Refusal: it is no table, or can be read in two ways.
    """
    text = tidied(text, name)
    factor = re.match(rf"\s*({nested.NUMBER})\s*\*[ \t]*\n", text)  # 1.0e+03 *
    if not factor:
        return _kernels(text, name)
    kernels = _kernels(text[factor.end() :], name)
    return [[nested.scaled(rows, factor[1], name) for rows in channels] for channels in kernels]


def _kernels(text: str, name: str) -> list[Channels]:
    """The same of a tidied text, by the way in which it is written."""
    if "\\" in text or re.search(r"[^|\s]\s*&", text):
        return [[matrix_of_latex(text, name)]]
    if is_ruled(text):
        return [[_ruled(text, name)]]
    if re.search(r"\(\s*[0-9]+(?:[.,][0-9]+)?\s*\)", text) and not re.search(r"[\[{]|\(\s*\(", text):
        raise Refusal(
            "the {name} has a number in brackets, which may mean that it is negative; write a minus sign, or none.",
            name=sentence(name),
        )
    parts = [part.split("|") for part in text.lstrip("|; \n").rstrip("|; \n\t").split("||")]
    if len(parts) == len(parts[0]) == 1 and BRACKETS.search(text):
        return nested.kernels(text, name, lambda part: _rows(part, name))
    return [[_channel(part, name) for part in channels] for channels in parts]


def tidied(text: str, name: str) -> str:
    """The same with plain minus signs and line ends, and without what only names a table."""
    text = re.sub(r"\r\n?", "\n", text.translate(CHARACTERS)).strip("\n")
    for head in HEADS:
        text = head.sub("", text)
    lines = [line for line in text.split("\n") if not re.fullmatch(r"\s*\.\.\.,?\s*", line)]
    shortened = len(lines) < len(text.split("\n"))
    text = re.sub(r"\.\.\.[ \t]*\n", " ", text)  # MATLAB goes on in the next line
    if shortened or "..." in text:
        raise Refusal("the {name} is cut short with ...; paste all of its numbers.", name=sentence(name))
    return text


def is_ruled(text: str) -> bool:
    """Whether lines of a table are drawn: between the rows, or around every one of them."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if any(RULE.fullmatch(line) for line in lines):
        return True
    if len(lines) < 2 or any(";" in line or "||" in line for line in lines):
        return False
    bars = {line.strip("|").count("|") for line in lines}
    return len(bars) == 1 and (bars != {0} or all(line[0] == line[-1] == "|" for line in lines))


def _ruled(text: str, name: str) -> Rows:
    """The rows of a drawn table; a head of words and the names of its rows are left out."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    rows = [
        [cell.strip() for cell in re.sub(r"^\||\|$", "", line).split("|")] for line in lines if not RULE.fullmatch(line)
    ]
    rows = _without_names(rows)
    if len(rows) > 1 and not any(re.search(r"[0-9]", cell) for cell in rows[0]):
        rows = rows[1:]
    if all(len(row) == 1 for row in rows):
        return _lines([row[0] for row in rows], name)
    return plain_cells(rows, name)


def _channel(text: str, name: str) -> Rows:
    """The rows of one channel, with or without brackets around them."""
    if BRACKETS.search(text):
        ((rows,),) = nested.kernels(text, name, lambda part: _rows(part, name), deepest=2)
        return rows
    return _rows(text, name)


def _rows(text: str, name: str) -> Rows:
    """Rows of a text without brackets: its lines; where it has one line, what its semicolons divide."""
    lines = [line for line in text.split("\n") if line.strip(" \t;,")]
    _check_blank_lines(text, name)
    lines = [re.sub(r"^ +|[ ;]+$", "", line) for line in lines]
    if len(lines) > 1 and any(";" in line for line in lines) and not any("\t" in line for line in lines):
        fields = [line.split(";") for line in lines]
        if any(several_numbers(field) for row in fields for field in row):
            return _lines([field for row in fields for field in row], name)
        return plain_cells(fields, name)
    if len(lines) <= 1:
        lines = "".join(lines).split(";")
    return _lines(lines, name)


def _lines(lines: Sequence[str], name: str) -> Rows:
    """Rows of lines: cells between tabs, else between commas, else between blanks."""
    if any("\t" in line.strip() for line in lines):
        return plain_cells(_without_names([line.rstrip().split("\t") for line in lines]), name)
    lines = [line.strip() for line in lines]
    if any('"' in line for line in lines):
        return plain_cells(list(csv.reader(lines, skipinitialspace=True)), name)
    for line in lines:
        _check_divided(line, name)
    rows = [_cells(line) for line in lines]
    if {len(row) for row in rows} == {1, 2} and any("," in line for line in lines):  # a column with decimal commas
        return plain_cells([[line] for line in lines], name)
    return _without_labels(plain_cells(_without_names(rows), name, comma="cells"))


def _cells(line: str) -> list[str]:
    """The cells of a line without tabs and quotes."""
    if "," not in line:
        return line.split()
    return [cell for part in line.split(",") for cell in (part.split() or [""])]


def _check_divided(line: str, name: str) -> None:
    """Refuse a line in which a comma or a blank may stand within a number or between two."""
    line = line.removesuffix(",").rstrip()
    doubtful = rf"[0-9][{OTHER_BLANKS}][0-9]{{3}}(?![0-9])"
    grouped = re.search(r"[0-9]+ 0[0-9][0-9](?![0-9.])", line)  # no number begins like 012
    if re.search(r"[^\s,]\s+[^\s,]|,\s", line):  # divided by something else than commas
        doubtful = rf"{doubtful}|[0-9],[0-9.]"
    words = [grouped[0]] if grouped else [word for word in re.split("[ \t]+", line) if re.search(doubtful, word)]
    found = next(iter(words), None)
    if found:
        raise Refusal(
            "the {name} has {cell}, which may be one number or two; write a decimal point in one number, and a tab "
            "between two.",
            name=sentence(name),
            cell=quoted(found),
        )


def _without_names(rows: Rows) -> Rows:
    """Without the names above columns and before rows, which meet in an empty corner."""
    if len(rows) < 2 or len(rows[0]) < 2 or rows[0][0].strip() or {len(row) for row in rows} != {len(rows[0])}:
        return rows
    above, beside = rows[0][1:], [row[0] for row in rows[1:]]
    return [row[1:] for row in rows[1:]] if _are_names(above) and _are_names(beside) else rows


def _without_labels(rows: Rows) -> Rows:
    """The same where the corner is not there, as a data frame is printed."""
    if len(rows) < 2 or any(len(row) != len(rows[0]) + 1 for row in rows[1:]):
        return rows
    above, beside = rows[0], [row[0] for row in rows[1:]]
    return [row[1:] for row in rows[1:]] if _are_names(above) and _are_names(beside) else rows


def _are_names(labels: Sequence[str]) -> bool:
    """Whether these are words, or count from 0 or 1: no numbers that somebody has measured."""
    labels = [label.strip() for label in labels]
    counted = any(labels == [str(k) for k in range(first, first + len(labels))] for first in (0, 1))
    return counted or all(re.match(r"[^\W\d_]", label) for label in labels)


def _check_blank_lines(text: str, name: str) -> None:
    """Refuse blank lines that may divide channels: between parts of equally many lines, more than one."""
    parts = [part.strip().split("\n") for part in re.split(r"\n[ \t]*\n", text.strip()) if part.strip()]
    if len(parts) > 1 and len({len(part) for part in parts}) == 1 and len(parts[0]) > 1:
        raise Refusal(
            "the {name} has a blank line between its rows; delete it, or write | there if a channel ends.",
            name=sentence(name),
        )
