"""Maps that many visitors share."""

from __future__ import annotations

import numpy as np
import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.embedding.records import Frame
from cnnviz.figures.embedding import embedding_map
from cnnviz.inspection import features, predictions
from cnnviz.inspection.records import Predictions
from cnnviz.runs.store import current_store
from cnnviz.ui.components.plotly_view import Frames, Images
from cnnviz.ui.frame.snapshots import network_of, run_of
from cnnviz.ui.frame.thumbnails import thumbnails


@st.cache_resource(max_entries=64, show_spinner=False)
def predictions_on_map(run_id: str, step: int, images: int) -> Predictions:
    """What a snapshot says of the test images that a map of so many shows, in their order."""
    settings = run_of(run_id).training_settings
    chosen = features.chosen_test_images(settings.dataset, images)
    return predictions.predict(network_of(run_id, step), settings, chosen)


@st.cache_resource(max_entries=64, show_spinner=False)
def images_on_map(run_id: str, step: int, images: int) -> Images:
    """The sheet of the test images that a map of so many shows, each with what the snapshot says of it."""
    dataset, answers = run_of(run_id).training_settings.dataset, predictions_on_map(run_id, step, images)
    classes = DATASETS[dataset].classes
    lines = [
        f"{classes[label]}, predicted {classes[predicted]} ({confidence:.0%})"
        for label, predicted, confidence in zip(answers.labels, answers.predicted, answers.confidence, strict=True)
    ]
    return thumbnails(dataset, features.chosen_test_images(dataset, images), lines)


@st.cache_resource(max_entries=32, show_spinner=False)
def finished_map(map_id: str, run_id: str, step: int, images: int) -> tuple[str, Frames]:
    """The figure, as JSON, and the frames of a map that does not change any more."""
    frames = current_store().records.frames(map_id)
    played = Frames(np.array([frame.positions for frame in frames]), [frame.iteration for frame in frames])
    return map_figure(map_id, frames[-1], run_id, step, images), played


def map_figure(map_id: str, frame: Frame, run_id: str, step: int, images: int) -> str:
    """One moment of a map as the JSON of its figure."""
    answers = predictions_on_map(run_id, step, images)
    classes = DATASETS[run_of(run_id).training_settings.dataset].classes
    return embedding_map(frame.positions, answers.labels, answers.right, classes, of=map_id).to_json()
