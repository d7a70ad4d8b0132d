"""Objects that many visitors share and nobody changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure
from torch import nn

from cnnviz import datasets, features, predictions
from cnnviz.datasets import DATASETS
from cnnviz.figures.embedding import embedding_map
from cnnviz.figures.network import logits_to_probabilities
from cnnviz.records import Array, ForwardPass, Frame, Predictions, Run
from cnnviz.runs import current_artifacts, current_store
from cnnviz.ui.components.plotly_view import Frames
from cnnviz.ui.components.shared.sprites import Images


@st.cache_resource(max_entries=64, show_spinner=False)
def weights_of(run_id: str, step: int) -> dict[str, Array]:
    """The weights of a snapshot."""
    return current_artifacts().load_weights(run_id, step)


@st.cache_resource(max_entries=64, show_spinner=False)
def network_of(run_id: str, step: int) -> nn.Sequential:
    """The frozen network of a snapshot."""
    return features.load_network(run_of(run_id).training_settings, weights_of(run_id, step))


@st.cache_resource(max_entries=256, show_spinner=False)
def forward_of(run_id: str, step: int, index: int) -> tuple[ForwardPass, str]:
    """A test image on its way through a snapshot, and the figure of its logits as JSON."""
    settings = run_of(run_id).training_settings
    data, classes = datasets.load(settings.dataset), DATASETS[settings.dataset].classes
    passed = features.forward(network_of(run_id, step), data.test_images[index], settings)
    label = int(data.test_labels[index])
    return passed, logits_to_probabilities(passed.logits, passed.probabilities, classes, label).to_json()


@st.cache_resource(max_entries=64, show_spinner="Asking the network about every test image …")
def predictions_of(run_id: str, step: int) -> Predictions:
    """What a snapshot says of all test images."""
    settings = run_of(run_id).training_settings
    return predictions.predict(network_of(run_id, step), settings)


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
    frames = current_store().frames(map_id)
    played = Frames(np.array([frame.positions for frame in frames]), [frame.iteration for frame in frames])
    return map_figure(map_id, frames[-1], run_id, step, images).to_json(), played


def map_figure(map_id: str, frame: Frame, run_id: str, step: int, images: int) -> Figure:
    """One moment of a map."""
    answers = predictions_on_map(run_id, step, images)
    classes = DATASETS[run_of(run_id).training_settings.dataset].classes
    return embedding_map(frame.positions, answers.labels, answers.right, classes, of=map_id)


def thumbnails(dataset: str, chosen: Sequence[int] | Array, lines: Sequence[str]) -> Images:
    """The sheet of these test images, each with a line of text."""
    return Images.of(datasets.load(dataset).test_images[chosen], lines)


def run_of(run_id: str) -> Run:
    """A run that is known to exist."""
    run = current_store().get(run_id)
    assert run is not None, run_id
    return run
