"""Figure of an embedding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.arrays import Array
from cnnviz.figures.theme import DIGIT_COLOURS, GROUND, INK, base_layout, no_axes

# Plotly's numbers of its symbols: an array of numbers is checked and sent faster than one of names.
CIRCLE, CROSS = 0, 4


def embedding_map(positions: Array, labels: Array, right: Array, classes: Sequence[str], *, of: str) -> go.Figure:
    """Scatter plot of an embedding: a dot per image in the colour of its class, a cross where the network is wrong.

    Args:
        positions: (N, 2).
        labels: (N,) true classes.
        right: (N,) whether the prediction is the label.
        classes: their names.
        of: what is shown; zoom is kept while it stays the same.
    """
    dots = [_dots(positions, np.flatnonzero(labels == label), right, label, name) for label, name in enumerate(classes)]
    layout = base_layout(
        uirevision=of,
        hovermode="closest",
        dragmode="pan",
        legend={"indentation": -10},
        xaxis=no_axes(),
        yaxis=no_axes(scaleanchor="x", scaleratio=1),
    )
    return go.Figure([*dots, _names(positions, labels, classes)], layout)


def _dots(positions: Array, rows: Array, right: Array, label: int, name: str) -> go.Scatter:
    """The points of one class; their customdata are their rows."""
    return go.Scatter(
        x=positions[rows, 0],
        y=positions[rows, 1],
        customdata=rows,
        name=name,
        mode="markers",
        hoverinfo="none",
        marker={
            "color": DIGIT_COLOURS[label % len(DIGIT_COLOURS)],
            "size": np.where(right[rows], 6, 9).astype(np.uint8),
            "symbol": np.where(right[rows], CIRCLE, CROSS).astype(np.uint8),
            "line": {"width": 0},
        },
    )


def _names(positions: Array, labels: Array, classes: Sequence[str]) -> go.Scatter:
    """The name of each class at the median of its points; its customdata are their rows, so that it moves with them."""
    members = [(name, np.flatnonzero(labels == label)) for label, name in enumerate(classes)]
    members = [(name, rows) for name, rows in members if len(rows)]
    middles = np.array([np.median(positions[rows], axis=0) for _, rows in members])
    return go.Scatter(
        x=middles[:, 0],
        y=middles[:, 1],
        text=[f"<b>{name}</b>" for name, _ in members],
        customdata=[rows.tolist() for _, rows in members],
        mode="markers+text",
        marker={"color": GROUND, "size": 22, "opacity": 0.8},
        textfont={"size": 16, "color": INK},
        hoverinfo="skip",
        showlegend=False,
    )
