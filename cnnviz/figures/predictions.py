"""Figures of predictions: confusion matrix, and logits beside probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.arrays import Array
from cnnviz.figures.theme import GREY, SIGNED, TRAIN, base_layout
from cnnviz.language import say
from cnnviz.numbers import probability

HOVERED = {"true": "%{y}", "predicted": "%{x}", "number": "%{text}"}  # plotly's names of the cell pointed at


def confusion_matrix(counts: Array, classes: Sequence[str]) -> go.Figure:
    """Confusion matrix: rows are true classes, columns predicted ones; only mistakes are coloured."""
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
        hovertemplate=say("true {true}, predicted {predicted}; images: {number}", **HOVERED) + "<extra></extra>",
        xgap=1,
        ygap=1,
    )
    axis = {"type": "category", "showgrid": False, "fixedrange": True}
    return go.Figure(
        heatmap,
        base_layout(
            x_title=say("Predicted class"),
            y_title=say("True class"),
            xaxis={**axis, "constrain": "domain"},
            yaxis={**axis, "autorange": "reversed", "scaleanchor": "x", "constrain": "domain"},
            uirevision="confusion",
        ),
    )


def logits_to_probabilities(logits: Array, probabilities: Array, classes: Sequence[str], label: int) -> go.Figure:
    """Logits and, beside them, probabilities after softmax, as bars; the true class is marked."""
    names = [say("{name} ← true", name=name) if index == label else name for index, name in enumerate(classes)]
    largest = int(logits.argmax())
    colours = [TRAIN if index == largest else GREY for index in range(len(classes))]
    reach = max(np.ptp(np.append(logits, 0)), 1e-6)  # room for the numbers beside the bars
    span = [min(logits.min(), 0) - 0.25 * reach, max(logits.max(), 0) + 0.25 * reach]
    rows = {"autorange": "reversed", "showgrid": False, "type": "category"}
    columns = {"showticklabels": False, "showgrid": False}
    layout = base_layout(
        x_title=say("Logit"),
        xaxis={**columns, "domain": [0, 0.48], "range": span},
        xaxis2={**columns, "domain": [0.52, 1], "range": [0, 1.3], "title": {"text": say("Probability")}},
        yaxis=rows,
        yaxis2={**rows, "anchor": "x2", "showticklabels": False},
        showlegend=False,
        bargap=0.3,
        uirevision="logits",
    )
    return go.Figure(
        [_bars(logits, names, colours, "{:.2f}".format, ""), _bars(probabilities, names, colours, probability, "2")],
        layout,
    )


def _bars(
    values: Array, names: Sequence[str], colours: Sequence[str], write: Callable[[float], str], panel: str
) -> go.Bar:
    """One bar per class with its number beside it."""
    return go.Bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": colours},
        text=[write(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
        xaxis=f"x{panel}",
        yaxis=f"y{panel}",
    )
