"""The confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.theme import SIGNED, base_layout
from cnnviz.records import Array


def confusion_matrix(counts: Array, classes: Sequence[str]) -> go.Figure:
    """Counts by true class (rows) and predicted class (columns); only mistakes are coloured."""
    mistakes = counts.astype(float)
    np.fill_diagonal(mistakes, 0)
    heatmap = go.Heatmap(
        x=list(classes),
        y=list(classes),
        z=-mistakes,
        zmin=-1.25 * max(mistakes.max(), 1),  # four fifths of the red scale: the numbers stay readable
        zmax=1.25 * max(mistakes.max(), 1),
        colorscale=SIGNED,
        showscale=False,
        text=counts,
        texttemplate="%{text}",
        textfont={"color": "#20242c"},
        hovertemplate="true %{y}, predicted %{x}: %{text} images<extra></extra>",
        xgap=1,
        ygap=1,
    )
    axis = {"type": "category", "showgrid": False, "fixedrange": True}
    return go.Figure(
        heatmap,
        base_layout(
            x_title="Predicted class",
            y_title="True class",
            xaxis={**axis, "constrain": "domain"},
            yaxis={**axis, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"},
            uirevision="confusion",
        ),
    )
