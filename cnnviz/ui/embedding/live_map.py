"""The map that a training draws while it goes on, at the step that is looked at."""

from __future__ import annotations

import streamlit as st

from cnnviz.embedding.settings import LIVE
from cnnviz.figures.embedding import embedding_map
from cnnviz.language import say, say_count
from cnnviz.runs.store import current_store
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.embedding.cache import images_on_map, predictions_on_map
from cnnviz.ui.frame.snapshots import Seen


def live_map_view(seen: Seen) -> None:
    """The last map that was drawn until a step."""
    frame = current_store().records.newest_frame(seen.run.id, until=seen.step)
    if frame is None:
        if seen.run.active:
            st.info(
                say("No map was drawn until this step: a training draws one from time to time."), icon=":material/map:"
            )
        else:
            st.info(say("No map was drawn until this step."), icon=":material/map:")
        return
    then = Seen(seen.run, frame.iteration)  # maps are drawn at snapshots
    answers = predictions_on_map(then, LIVE.images)
    plotly_view(
        embedding_map(frame.positions, answers.labels, answers.right, then.classes, of=then.run.id),
        key="live_map",
        file=then.file_name,
        height=520,
        alt=say_count(
            "Map of {count} test image by its features after step {step:,}.",
            "Map of {count} test images by their features after step {step:,}.",
            len(frame.positions),
            step=frame.iteration,
        ),
        images=images_on_map(then, LIVE.images),
    )
    st.caption(
        say_count(
            "{count} test image after step {step:,}, drawn while the network trained; "
            "each map goes on from the one before.",
            "{count} test images after step {step:,}, drawn while the network trained; "
            "each map goes on from the one before.",
            len(frame.positions),
            step=frame.iteration,
        )
    )
