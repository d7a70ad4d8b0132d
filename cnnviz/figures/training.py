"""Figures of a training: learning curves, gradient norms, dead units, the learning rate finder."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from cnnviz.arrays import Array
from cnnviz.figures.theme import DIGIT_COLOURS, FAINT, GREY, TEST_LINE, TRAIN, TRAIN_LINE, base_layout
from cnnviz.language import mark, say
from cnnviz.numbers import percent
from cnnviz.training.records import Annotation, Curve, CurveAxis, Curves, LayerStatistics, RatesTried

FAINT_LINE = {"color": TRAIN, "width": 1}
AXES: Mapping[CurveAxis, str] = {
    "steps": mark("Step"),
    "images": mark("Training images seen"),
    "seconds": mark("Seconds of training"),
}
SMALL = {"size": 11}
ON_TOP = {"x": 1, "xanchor": "right", "y": 1, "yanchor": "top", "yref": "paper", "font": SMALL}  # of the curves
TEXT_HEIGHT, TEXT_ROWS = 20, 5  # pixels of an annotation's text, and how many stand one below the other
LOSS = mark("Loss (nats per image)")
Y_LOSS = "%{y:.4f}"  # plotly's name of the loss pointed at
DASHES = ("solid", "dot", "dash", "longdash", "dashdot", "longdashdot")


@dataclass(frozen=True)
class View:
    """How curves are drawn."""

    of: str  # what is shown; zoom is kept while it stays the same
    axis: CurveAxis = "steps"
    logarithmic: bool = False
    tests: str = ""  # of how many images they are


def loss_curves(curves: Curves, view: View, annotations: Sequence[Annotation] = ()) -> go.Figure:
    """Loss curves: batches faint, their average solid, the test dashed; with annotations."""
    axis = {"type": "log"} if view.logarithmic else {"rangemode": "tozero"}
    return _lines(curves, "losses", say(LOSS), view, annotations, **axis)


def accuracy_curves(curves: Curves, view: View, annotations: Sequence[Annotation] = ()) -> go.Figure:
    """Accuracy curves, drawn as the loss is, whose legend serves both."""
    title = say("Accuracy ({tests})", tests=view.tests) if view.tests else say("Accuracy")
    figure = _lines(curves, "accuracies", title, view, annotations, tickformat=".0%", range=[0, 1.01])
    return figure.update_layout(showlegend=False)


def compared_curves(runs: Mapping[str, Curves], view: View) -> go.Figure:
    """Loss curves of several runs by their names, a colour each: average of the batches solid, test dashed."""
    traces = []
    for number, (given, curves) in enumerate(runs.items()):
        name = html.escape(given)  # plotly reads some markup
        colour = TRAIN if number == 0 else DIGIT_COLOURS[number]
        for curve, dash in ((curves.smoothed, "solid"), (curves.test, TEST_LINE["dash"])):
            test = curve is curves.test
            traces.append(
                go.Scatter(
                    x=getattr(curve, view.axis),
                    y=curve.losses,
                    name=say("{name}, test", name=name) if test else name,
                    legendgroup=name,
                    showlegend=not test,
                    mode="lines",
                    line={"color": colour, "width": 2, "dash": dash},
                    hovertemplate=say("test {loss}", loss=Y_LOSS) if test else say("train {loss}", loss=Y_LOSS),
                )
            )
    axis = {"type": "log"} if view.logarithmic else {"rangemode": "tozero"}
    return go.Figure(traces, _layout(view, say(LOSS), axis))


def gradient_norms(statistics: Sequence[LayerStatistics], *, of: str) -> go.Figure:
    """Gradient norm of each layer's weights, on a logarithmic scale."""
    named = {
        name: [(s.step, s.gradient_norms.get(name)) for s in statistics]
        for name in _names(statistics, "gradient_norms")
    }
    return _layers(named, say("Norm of the gradient"), of, "{:.3g}".format, type="log", exponentformat="power")


def dead_shares(statistics: Sequence[LayerStatistics], *, of: str) -> go.Figure:
    """Share of dead units of each ReLU."""
    named = {name: [(s.step, s.dead.get(name)) for s in statistics] for name in _names(statistics, "dead")}
    return _layers(named, say("Dead units"), of, percent, tickformat=".0%", range=[0, 1.01])


def _names(statistics: Sequence[LayerStatistics], what: str) -> Sequence[str]:
    return list(getattr(statistics[-1], what)) if statistics else []


def _layers(
    named: Mapping[str, Sequence[tuple[int, float | None]]],
    title: str,
    of: str,
    write: Callable[[float], str],
    **axis: Any,
) -> go.Figure:
    """A line for each layer, told apart by colour and dash; the number that is pointed at is written."""
    traces = [
        go.Scatter(
            x=[step for step, _ in points],
            y=[value for _, value in points],
            text=[None if value is None else write(value) for _, value in points],
            hovertemplate="%{text}",
            name=name,
            mode="lines+markers",
            marker={"size": 4},
            line={
                "width": 2,
                "color": DIGIT_COLOURS[number % len(DIGIT_COLOURS)],
                "dash": DASHES[number // len(DIGIT_COLOURS) % len(DASHES)],
            },
        )
        for number, (name, points) in enumerate(named.items())
    ]
    return go.Figure(traces, _layout(View(of), title, axis))


def _lines(
    curves: Curves, what: str, title: str, view: View, annotations: Sequence[Annotation], **axis: Any
) -> go.Figure:
    def line(curve: Curve, name: str, **style: object) -> go.Scatter:
        values: Array = getattr(curve, what)
        if what == "accuracies" and curve is not curves.batch:  # whose are shares of few images
            style |= {"text": [percent(value, 2) for value in values.tolist()], "hovertemplate": "%{text}"}
        else:
            style |= {"hovertemplate": Y_LOSS if what == "losses" else "%{y:.2%}"}
        return go.Scatter(x=getattr(curve, view.axis), y=values, name=name, **style)

    figure = go.Figure(
        [
            line(curves.batch, say("Train, each batch"), mode="lines", line=FAINT_LINE, opacity=0.25),
            line(curves.smoothed, say("Train, smoothed"), mode="lines", line=TRAIN_LINE),
            line(
                curves.epoch,
                say("Train, mean of the epoch"),
                mode="markers",
                marker={"color": TRAIN, "symbol": "diamond", "size": 9},
            ),
            line(curves.test, say("Test"), mode="lines+markers", line=TEST_LINE, marker={"size": 5}),
        ],
        _layout(view, title, axis),
    )
    _annotate(figure, curves.batch, view, annotations)
    return figure


def _layout(view: View, title: str, axis: Mapping[str, Any]) -> dict[str, Any]:
    of = f"{view.of} {view.axis} {view.logarithmic}"
    return base_layout(
        y_title=title,
        xaxis=_titled(say(AXES[view.axis])),
        yaxis=dict(axis),
        uirevision=of,
        hovermode="x unified",
        legend=ON_TOP,
        margin={"l": 46},  # the charts stand under each other
    )


def _titled(text: str) -> dict[str, Any]:
    """A horizontal axis whose title takes little of a low chart."""
    return {"title": {"text": text, "font": SMALL, "standoff": 2}}


def _annotate(figure: go.Figure, curve: Curve, view: View, annotations: Sequence[Annotation]) -> None:
    """Annotations: a vertical line each, its text at the top, texts of neighbours one below the other."""
    for number, annotation in enumerate(annotations):
        x = curve.at(annotation.step, view.axis)
        line = {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper"}
        figure.add_shape(line={"color": GREY, "width": 1, "dash": "dot"}, **line)
        figure.add_annotation(
            x=x,
            y=1,
            yref="paper",
            yshift=-TEXT_HEIGHT * (1 + number % TEXT_ROWS),  # below the legend
            text=annotation.text,
            showarrow=False,
            xanchor="left",
            yanchor="top",
            bgcolor=FAINT,
        )


def rates_tried(found: RatesTried, now: float) -> go.Figure:
    """Loss against learning rate, with the range where it falls safely shaded and the present rate as a line."""
    layout = base_layout(
        y_title=say(LOSS),
        xaxis={**_titled(say("Learning rate")), "type": "log", "exponentformat": "power", "nticks": 5, "tickangle": 0},
        legend={"font": SMALL},
    )
    traces = [
        go.Scatter(x=found.rates, y=found.losses, name=say("Each batch"), mode="lines", line=FAINT_LINE, opacity=0.4),
        go.Scatter(x=found.rates, y=found.averaged, name=say("Averaged"), mode="lines", line=TRAIN_LINE),
    ]
    figure = go.Figure(traces, layout)
    figure.update_yaxes(range=[0, 1.3 * max(found.averaged[0], *found.losses[:5])])
    if found.safe is not None:
        figure.add_vrect(
            found.safe.low, found.safe.high, fillcolor=DIGIT_COLOURS[0], opacity=0.2, line_width=0, layer="below"
        )
    figure.add_vline(now, line={"color": GREY, "dash": "dot", "width": 1})
    return figure
