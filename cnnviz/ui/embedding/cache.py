"""Maps that many visitors share."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.embedding.records import Frame
from cnnviz.figures.embedding import embedding_map
from cnnviz.inspection import features, predictions
from cnnviz.inspection.records import Predictions
from cnnviz.language import say
from cnnviz.numbers import probability
from cnnviz.refusal import Refusal
from cnnviz.runs.store import current_store
from cnnviz.ui.components.plotly_view import Frames
from cnnviz.ui.components.shared.sprites import Images
from cnnviz.ui.frame.snapshots import BY_SNAPSHOT, Seen
from cnnviz.ui.frame.thumbnails import thumbnails


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def predictions_on_map(seen: Seen, images: int) -> Predictions:
    """What a snapshot says of the test images that a map of so many shows, in their order."""
    chosen = features.chosen_test_images(seen.settings.dataset, images)
    return predictions.predict(seen.network, seen.settings, chosen)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def images_on_map(seen: Seen, images: int) -> Images:
    """The sheet of the test images that a map of so many shows, each with what the snapshot says of it."""
    answers, classes = predictions_on_map(seen, images), seen.classes
    lines = [
        say(
            "{label}, predicted {predicted} ({confidence})",
            label=classes[label],
            predicted=classes[predicted],
            confidence=probability(confidence, 0),
        )
        for label, predicted, confidence in zip(answers.labels, answers.predicted, answers.confidence, strict=True)
    ]
    return thumbnails(seen.data, features.chosen_test_images(seen.settings.dataset, images), lines)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def finished_map(map_id: str, seen: Seen, images: int) -> tuple[str, Frames]:
    """The figure, as JSON, and the frames of a map that does not change any more.

    Raises:
        Refusal: another visitor has just deleted it.
    """
    frames = current_store().records.frames(map_id)
    if not frames:
        raise Refusal("This map was deleted; draw it again.")
    played = Frames(np.array([frame.positions for frame in frames]), [frame.iteration for frame in frames])
    return map_figure(map_id, frames[-1], seen, images), played


def map_figure(map_id: str, frame: Frame, seen: Seen, images: int) -> str:
    """One moment of a map as the JSON of its figure."""
    answers = predictions_on_map(seen, images)
    return embedding_map(frame.positions, answers.labels, answers.right, seen.classes, of=map_id).to_json()
