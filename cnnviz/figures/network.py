"""From logits to probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnviz.figures.theme import GREY, TRAIN, base_layout
from cnnviz.records import Array


def logits_to_probabilities(logits: Array, probabilities: Array, classes: Sequence[str], label: int) -> go.Figure:
    """The last layer's numbers, and what softmax makes of them, as bars; the true class is marked."""
    names = [f"{name} ← true" if index == label else name for index, name in enumerate(classes)]
    largest = int(logits.argmax())
    colours = [TRAIN if index == largest else GREY for index in range(len(classes))]
    figure = make_subplots(rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    for column, (values, form) in enumerate(((logits, ".2f"), (probabilities, ".1%")), start=1):
        figure.add_bar(
            x=values,
            y=names,
            orientation="h",
            marker={"color": colours},
            text=[format(value, form) for value in values],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
            row=1,
            col=column,
        )
    figure.update_layout(base_layout(showlegend=False, bargap=0.3, uirevision="logits"))
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(showticklabels=False, showgrid=False)
    reach = max(np.ptp(np.append(logits, 0)), 1e-6)  # room for the numbers beside the bars
    span = [min(logits.min(), 0) - 0.25 * reach, max(logits.max(), 0) + 0.25 * reach]
    figure.update_xaxes(title_text="Logit", range=span, row=1, col=1)
    figure.update_xaxes(title_text="Probability", range=[0, 1.2], row=1, col=2)
    return figure
