"""The map that a training draws while it goes on, at the step that is looked at."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.embedding.settings import LIVE
from cnnviz.figures.embedding import embedding_map
from cnnviz.language import say, say_count
from cnnviz.runs.store import current_store
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.embedding.cache import images_on_map, predictions_on_map
from cnnviz.ui.frame.snapshots import Seen


def live_map_view(seen: Seen) -> None:
    """The last map that was drawn until a step, and in words what it is."""
    words = live_map(seen)
    if words:
        st.caption(words)


def live_map(seen: Seen, key: str = "live_map", on_select: Callable[[], None] | None = None) -> str:
    """Draw the last map that was drawn until a step; what it is, empty where there is none.

    Args:
        seen: the run and the step.
        key: of the chart.
        on_select: called after points of the map were chosen.
    """
    frame = current_store().records.newest_frame(seen.run.id, until=seen.step)
    if frame is None:
        if seen.run.active:
            st.info(
                say("No map was drawn until this step: a training draws one from time to time."), icon=":material/map:"
            )
        else:
            st.info(say("No map was drawn until this step."), icon=":material/map:")
        return ""
    then = Seen(seen.run, frame.iteration)  # maps are drawn at snapshots
    answers = predictions_on_map(then, LIVE.images)
    plotly_view(
        embedding_map(frame.positions, answers.labels, answers.right, then.classes, of=then.run.id),
        key=key,
        file=then.file_name,
        alt=say_count(
            "Map of {count} test image by its features after step {step:,}.",
            "Map of {count} test images by their features after step {step:,}.",
            len(frame.positions),
            step=frame.iteration,
        ),
        images=images_on_map(then, LIVE.images),
        on_select=on_select,
    )
    return say_count(
        "{count} test image after step {step:,}, drawn while the network trained; "
        "each map goes on from the one before.",
        "{count} test images after step {step:,}, drawn while the network trained; "
        "each map goes on from the one before.",
        len(frame.positions),
        step=frame.iteration,
    )
