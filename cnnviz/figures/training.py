"""Curves of a training."""

from __future__ import annotations

import plotly.graph_objects as go

from cnnviz.figures.theme import TEST_LINE, TRAIN, TRAIN_LINE, base_layout
from cnnviz.records import Array, Curve, Curves

FAINT_LINE = {"color": TRAIN, "width": 1}


def loss_curves(curves: Curves, *, of: str) -> go.Figure:
    """Loss against the step: batches faint, their average solid, the test dashed; `of` names the run."""
    return _lines(curves, "losses", "Loss (nats per image)", of, rangemode="tozero")


def accuracy_curves(curves: Curves, *, of: str) -> go.Figure:
    """Accuracy against the step, drawn as the loss is."""
    return _lines(curves, "accuracies", "Accuracy", of, tickformat=".0%", range=[0, 1.01])


def _lines(curves: Curves, what: str, title: str, of: str, **axis: object) -> go.Figure:
    def line(curve: Curve, name: str, **style: object) -> go.Scatter:
        values: Array = getattr(curve, what)
        hover = "step %{x}: %{y:.4f}" if what == "losses" else "step %{x}: %{y:.2%}"
        return go.Scatter(x=curve.steps, y=values, name=name, hovertemplate=hover, **style)

    return go.Figure(
        [
            line(curves.batch, "Train, each batch", mode="lines", line=FAINT_LINE, opacity=0.25),
            line(curves.smoothed, "Train, smoothed", mode="lines", line=TRAIN_LINE),
            line(
                curves.epoch,
                "Train, mean of the epoch",
                mode="markers",
                marker={"color": TRAIN, "symbol": "diamond", "size": 9},
            ),
            line(curves.test, "Test", mode="lines+markers", line=TEST_LINE, marker={"size": 5}),
        ],
        base_layout(x_title="Step", y_title=title, yaxis=axis, uirevision=of, hovermode="x"),
    )
