"""From logits to probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from cnnviz.figures.theme import GREY, TRAIN, base_layout
from cnnviz.records import Array


def logits_to_probabilities(logits: Array, probabilities: Array, classes: Sequence[str], label: int) -> go.Figure:
    """The last layer's numbers, and what softmax makes of them, as bars; the true class is marked."""
    names = [f"{name} ← true" if index == label else name for index, name in enumerate(classes)]
    largest = int(logits.argmax())
    colours = [TRAIN if index == largest else GREY for index in range(len(classes))]
    reach = max(np.ptp(np.append(logits, 0)), 1e-6)  # room for the numbers beside the bars
    span = [min(logits.min(), 0) - 0.25 * reach, max(logits.max(), 0) + 0.25 * reach]
    rows = {"autorange": "reversed", "showgrid": False, "type": "category"}
    columns = {"showticklabels": False, "showgrid": False}
    layout = base_layout(
        x_title="Logit",
        xaxis={**columns, "domain": [0, 0.48], "range": span},
        xaxis2={**columns, "domain": [0.52, 1], "range": [0, 1.3], "title": {"text": "Probability"}},
        yaxis=rows,
        yaxis2={**rows, "anchor": "x2", "showticklabels": False},
        showlegend=False,
        bargap=0.3,
        uirevision="logits",
    )
    return go.Figure(
        [_bars(logits, names, colours, ".2f", ""), _bars(probabilities, names, colours, ".1%", "2")], layout
    )


def _bars(values: Array, names: Sequence[str], colours: Sequence[str], form: str, panel: str) -> go.Bar:
    """One bar per class with its number beside it."""
    return go.Bar(
        x=values,
        y=names,
        orientation="h",
        marker={"color": colours},
        text=[format(value, form) for value in values],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
        xaxis=f"x{panel}",
        yaxis=f"y{panel}",
    )
