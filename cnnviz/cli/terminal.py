"""Learning curves in a terminal."""

from __future__ import annotations

import plotext

from cnnviz.language import say
from cnnviz.training.records import Curves

HEIGHT = 20  # lines
MOST_COLUMNS = 100


def chart(curves: Curves, columns: int, *, colours: bool = True) -> str:
    """Smoothed train loss and test loss against the step, as text of at most so many columns."""
    plotext.clear_figure()
    plotext.plot_size(min(columns, MOST_COLUMNS), HEIGHT)
    plotext.theme("clear" if not colours else "pro")
    smoothed, test = curves.smoothed, curves.test
    if len(smoothed.steps):
        plotext.plot(smoothed.steps.tolist(), smoothed.losses.tolist(), label=say("train, smoothed"), marker="braille")
    if len(test.steps):
        plotext.scatter(test.steps.tolist(), test.losses.tolist(), label=say("test"), marker="x")
    plotext.xlabel(say("Step"))
    plotext.ylabel(say("Loss (nats per image)"))
    text: str = plotext.build()
    return text if colours else plotext.uncolorize(text)
