"""A network as a diagram: one box for each part, from top to bottom, ways side by side, skips as arcs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from cnnviz.figures.theme import DIGIT_COLOURS, FAINT, GREY, INK, PANEL, TRAIN, base_layout, no_axes
from cnnviz.networks.records import Part

ROW = 46  # px from one box to the next
HALF = 0.36  # of a row: half the height of a box
WIDEST = 0.46  # half the width of a box, in columns
COLOURS = {"Conv2d": TRAIN, "Linear": DIGIT_COLOURS[1], "concatenate": DIGIT_COLOURS[4], "add": DIGIT_COLOURS[4]}

Place = tuple[float, float]  # column and row


def diagram_height(parts: Sequence[Part]) -> int:
    """Height of the diagram, px."""
    return int(ROW * (max(row for _, row in places(parts).values()) + 1) + 16)


def places(parts: Sequence[Part]) -> Mapping[str, Place]:
    """Where each part stands: below everything that it reads, ways of one block in columns of their own."""
    rows: dict[str, int] = {}
    for part in parts:
        rows[part.name] = 1 + max((rows[source] for source in part.sources), default=-1)
    ways: dict[str, list[str]] = {}  # of each block, in their order
    for part in parts:
        block, way = _way(part)
        if way and way not in ways.setdefault(block, []):
            ways[block].append(way)
    return {part.name: (_column(part, ways), rows[part.name]) for part in parts}


def _way(part: Part) -> tuple[str, str]:
    """The block and the way in it of a part: "inception1.five.conv" stands on way five of inception1."""
    steps = part.name.split(".")
    return (steps[0], steps[1]) if len(steps) == 3 else (steps[0], "")


def _column(part: Part, ways: Mapping[str, Sequence[str]]) -> float:
    block, way = _way(part)
    return ways[block].index(way) - (len(ways[block]) - 1) / 2 if way else 0.0


def network_diagram(parts: Sequence[Part], *, of: str) -> go.Figure:
    """The parts, what each reads, and on pointing what each costs."""
    where = places(parts)
    wide = max(1.0, *(abs(column) + 0.5 for column, _ in where.values()))
    layout = base_layout(
        uirevision=of,
        hovermode="closest",
        dragmode=False,
        margin={"l": 0, "r": 0, "t": 4, "b": 4},
        xaxis=no_axes(range=[-wide, wide], fixedrange=True),
        yaxis=no_axes(range=[max(row for _, row in where.values()) + 0.6, -0.6], fixedrange=True),
        shapes=[*_lines(parts, where), *(_box(part, where[part.name]) for part in parts)],
    )
    return go.Figure(_texts(parts, where), layout)


def _texts(parts: Sequence[Part], where: Mapping[str, Place]) -> go.Scatter:
    return go.Scatter(
        x=[where[part.name][0] for part in parts],
        y=[where[part.name][1] for part in parts],
        text=[label(part) for part in parts],
        hovertext=[costs(part) for part in parts],
        hoverinfo="text",
        mode="text",
        textfont={"size": 11, "color": INK},
        showlegend=False,
    )


def label(part: Part) -> str:
    """Two short lines: what it is, and the shape that comes out."""
    names = {"Conv2d": "conv", "Linear": "dense", "MaxPool2d": "max", "AvgPool2d": "mean", "BatchNorm2d": "batch norm"}
    kind = names.get(part.kind, part.kind)
    return f"{kind} {part.words.split(',')[0]}".strip() + f"<br>{'×'.join(map(str, part.shape))}"


def costs(part: Part) -> str:
    """What is told when the box is pointed at."""
    lines = [f"<b>{part.name}</b> {part.words}"]
    if part.written:
        lines.append(f"{part.written} = {part.parameters:,} parameters")
    if part.multiply_adds:
        lines.append(f"{part.multiply_adds:,} multiply-adds")
    return "<br>".join([*lines, f"a unit sees {part.look[0]}×{part.look[0]} pixels"])


def _box(part: Part, place: Place) -> dict[str, object]:
    column, row = place
    half = WIDEST if _way(part)[1] else 0.7 * WIDEST
    return {
        "type": "rect",
        "x0": column - half,
        "x1": column + half,
        "y0": row - HALF,
        "y1": row + HALF,
        "fillcolor": PANEL,
        "line": {"color": COLOURS.get(part.kind, FAINT), "width": 2 if part.kind in COLOURS else 1},
        "layer": "below",
    }


def _lines(parts: Sequence[Part], where: Mapping[str, Place]) -> list[dict[str, object]]:
    """From each part to those that read it; a skip leaves the column, so that it is seen."""
    return [_line(where[source], where[part.name]) for part in parts for source in part.sources]


def _line(start: Place, end: Place) -> dict[str, object]:
    (x0, y0), (x1, y1) = start, end
    path = f"M{x0},{y0 + HALF}L{x1},{y1 - HALF}"
    skip = x0 == x1 and y1 - y0 > 1
    if skip:
        side = x0 + 0.7 * WIDEST
        path = f"M{side},{y0}C{side + 0.35},{y0} {side + 0.35},{y1} {side},{y1}"
    colour = DIGIT_COLOURS[4] if skip else GREY
    return {"type": "path", "path": path, "line": {"color": colour, "width": 2 if skip else 1}, "layer": "below"}
