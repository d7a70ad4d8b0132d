"""A network as a diagram: one box for each part, from top to bottom, branches side by side, skips as arcs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from cnnviz.figures.theme import DIGIT_COLOURS, FAINT, GREY, INK, PANEL, TRAIN, base_layout, no_axes
from cnnviz.language import say
from cnnviz.networks.records import Part

ROW = 46  # px from one box to the next
HALF = 0.36  # of a row: half the height of a box
WIDEST = 0.46  # half the width of a box, in columns
ARC = 0.7  # columns that a skip needs beside the middle of its own
COLOURS = {"convolution": TRAIN, "dense": DIGIT_COLOURS[1], "join": DIGIT_COLOURS[4]}  # of the roles of parts

Place = tuple[float, float]  # column and row
Path = tuple[tuple[str, str], ...]  # (block, branch), from the outermost


def diagram_height(parts: Sequence[Part]) -> int:
    """Height of the diagram, px."""
    return int(ROW * (max(row for _, row in places(parts).values()) + 1) + 16)


def places(parts: Sequence[Part]) -> Mapping[str, Place]:
    """Where each part stands: below everything that it reads, branches of one block in columns of their own."""
    rows: dict[str, int] = {}
    for part in parts:
        rows[part.name] = 1 + max((rows[source] for source in part.sources), default=-1)
    columns = _columns([part.branches for part in parts])
    return {part.name: (columns[part.branches], rows[part.name]) for part in parts}


def _columns(paths: Sequence[Path], path: Path = (), centre: float = 0.0) -> dict[Path, float]:
    """The middle of every branch that lies on a path, and of the path itself."""
    columns = {path: centre}
    for branches in _blocks(paths, path).values():
        left = centre - sum(_width(paths, branch) for branch in branches) / 2
        for branch in branches:
            width = _width(paths, branch)
            columns |= _columns(paths, branch, left + width / 2)
            left += width
    return columns


def _width(paths: Sequence[Path], path: Path) -> int:
    """Columns that a branch needs: as many as the widest of the blocks on it."""
    widths = [sum(_width(paths, branch) for branch in branches) for branches in _blocks(paths, path).values()]
    return max(widths, default=1)


def _blocks(paths: Sequence[Path], path: Path) -> Mapping[str, Sequence[Path]]:
    """The blocks that stand on a path, and the branches of each, in their order."""
    blocks: dict[str, list[Path]] = {}
    for longer in dict.fromkeys(other[: len(path) + 1] for other in paths):
        if len(longer) > len(path) and longer[: len(path)] == path:
            blocks.setdefault(longer[-1][0], []).append(longer)
    return blocks


def network_diagram(parts: Sequence[Part], *, of: str) -> go.Figure:
    """The parts, what each reads, and on pointing what each costs."""
    where = places(parts)
    lines = [(where[source], where[part.name]) for part in parts for source in part.sources]
    skips = [end[0] for start, end in lines if _is_skip(start, end, where)]
    wide = max(1.0, *(abs(column) + 0.5 for column, _ in where.values()), *(column + ARC for column in skips))
    layout = base_layout(
        uirevision=of,
        hovermode="closest",
        dragmode=False,
        margin={"l": 0, "r": 0, "t": 4, "b": 4},
        xaxis=no_axes(range=[-wide, wide], fixedrange=True),
        yaxis=no_axes(range=[max(row for _, row in where.values()) + 0.6, -0.6], fixedrange=True),
        shapes=[*(_line(start, end, where) for start, end in lines), *(_box(part, where[part.name]) for part in parts)],
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
    return f"{part.label}<br>{'×'.join(map(str, part.shape))}"


def costs(part: Part) -> str:
    """What is told when the box is pointed at."""
    lines = [f"<b>{part.name}</b> {part.words}"]
    if part.written:
        lines.append(say("{sum} = {parameters:,} parameters", sum=part.written, parameters=part.parameters))
    if part.multiply_adds:
        lines.append(say("{number:,} multiply-adds", number=part.multiply_adds))
    if part.receptive_field is None:
        return "<br>".join([*lines, say("how many pixels a unit sees is not known")])
    return "<br>".join([*lines, say("a unit sees {seen} pixels", seen=part.seen)])


def _box(part: Part, place: Place) -> dict[str, object]:
    column, row = place
    half = WIDEST if part.branches else 0.7 * WIDEST
    return {
        "type": "rect",
        "x0": column - half,
        "x1": column + half,
        "y0": row - HALF,
        "y1": row + HALF,
        "fillcolor": PANEL,
        "line": {"color": COLOURS.get(part.role, FAINT), "width": 2 if part.role else 1},
        "layer": "below",
    }


def _is_skip(start: Place, end: Place, where: Mapping[str, Place]) -> bool:
    """Whether other parts stand between two parts."""
    (x0, y0), (x1, y1) = start, end
    return x0 == x1 and any(x == x0 and y0 < y < y1 for x, y in where.values())


def _line(start: Place, end: Place, where: Mapping[str, Place]) -> dict[str, object]:
    """From a part to one that reads it; a skip leaves the column, so that it is seen."""
    (x0, y0), (x1, y1) = start, end
    skip = _is_skip(start, end, where)
    path = f"M{x0},{y0 + HALF}L{x1},{y1 - HALF}"
    if skip:
        side = x0 + 0.7 * WIDEST
        path = f"M{side},{y0}C{side + 0.35},{y0} {side + 0.35},{y1} {side},{y1}"
    colour = DIGIT_COLOURS[4] if skip else GREY
    return {"type": "path", "path": path, "line": {"color": colour, "width": 2 if skip else 1}, "layer": "below"}
