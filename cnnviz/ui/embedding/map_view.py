"""The map of one snapshot: as far as it is, and when it has come to rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.language import say, say_count
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.ui.components.plotly_view import Frames, plotly_view
from cnnviz.ui.embedding.cache import finished_map, images_on_map, map_figure, predictions_on_map
from cnnviz.ui.embedding.live_map import live_map
from cnnviz.ui.embedding.selection import keep_selection
from cnnviz.ui.frame.snapshots import Seen

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MAP = "map"  # key of the chart: one place for the map of the training, for one that grows, and for one that is finished


def foot() -> DeltaGenerator:
    """The place below a map, as high as its player: what is said of a map that has none stands there."""
    return st.container(key="foot")


def map_until_then(seen: Seen, of: str) -> None:
    """The map of the training, whose points can be chosen, and what it is."""
    words = live_map(seen, MAP, keep_selection(MAP, of))
    foot().caption(words)


def map_view(made: Run, seen: Seen, images: int) -> None:
    """A map that is finished, with its player; points of it can be chosen."""
    figure, played = finished_map(made.id, seen, images)
    _draw(figure, seen, images, played, keep_selection(MAP, made.id))


def growing_map(made: Run, seen: Seen, images: int) -> None:
    """A map as far as it is; the one of the training until there is something of it."""
    newest = current_store().records.newest_frame(made.id)
    with st.container(gap=None):
        if newest is None:
            live_map(seen, MAP)
        else:
            _draw(map_figure(made.id, newest, seen, images), seen, images)
        how_far = say("Iteration {step} of {steps}", step=made.step, steps=made.steps or "…")
        foot().progress(made.step / max(made.steps, 1), text=how_far)


def _draw(
    figure: str, seen: Seen, images: int, played: Frames | None = None, on_select: Callable[[], None] | None = None
) -> None:
    plotly_view(
        figure,
        key=MAP,
        file=seen.file_name,
        alt=say_count(
            "t-SNE map of {count} test image, coloured by its true class.",
            "t-SNE map of {count} test images, coloured by their true class.",
            len(predictions_on_map(seen, images).labels),
        ),
        images=images_on_map(seen, images),
        frames=played,
        on_select=on_select,
    )
