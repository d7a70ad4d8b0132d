"""The map of an embedding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.theme import DIGIT_COLOURS, GROUND, INK, base_layout, no_axes
from cnnviz.records import Array


def embedding_map(positions: Array, labels: Array, right: Array, classes: Sequence[str], *, of: str) -> go.Figure:
    """One dot per image, coloured by its true class, a cross where the network is wrong; `of` names the map.

    Args:
        positions: (N, 2).
        labels: (N,) true classes.
        right: (N,) whether the prediction is the label.
        classes: their names; each is written at the median of its points.
        of: what is shown; zoom is kept while it stays the same.
    """
    figure = go.Figure(layout=base_layout(uirevision=of, hovermode="closest", dragmode="pan"))
    for label, name in enumerate(classes):
        rows = np.flatnonzero(labels == label)
        figure.add_scatter(
            x=positions[rows, 0],
            y=positions[rows, 1],
            customdata=rows,
            name=name,
            mode="markers",
            hoverinfo="none",
            marker={
                "color": DIGIT_COLOURS[label % len(DIGIT_COLOURS)],
                "size": np.where(right[rows], 6, 9),
                "symbol": np.where(right[rows], "circle", "x"),
                "line": {"width": 0},
            },
        )
    for label, name in enumerate(classes):
        if (labels == label).any():
            middle_x, middle_y = np.median(positions[labels == label], axis=0)
            figure.add_annotation(
                x=middle_x,
                y=middle_y,
                text=f"<b>{name}</b>",
                showarrow=False,
                font={"size": 16, "color": INK},
                bgcolor=GROUND,
                opacity=0.85,
                borderpad=2,
            )
    figure.update_xaxes(**no_axes())
    figure.update_yaxes(**no_axes(scaleanchor="x", scaleratio=1))
    return figure
