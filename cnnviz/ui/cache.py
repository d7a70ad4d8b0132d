"""Objects that many visitors share and nobody changes."""

from __future__ import annotations

import streamlit as st
from torch import nn

from cnnviz import datasets, features, predictions
from cnnviz.records import Array, Frame, Measurement, Predictions, Run
from cnnviz.runs import current_artifacts, current_store
from cnnviz.ui.components.plotly_view import Images


@st.cache_resource(max_entries=64, show_spinner=False)
def weights_of(run_id: str, step: int) -> dict[str, Array]:
    """The weights of a snapshot."""
    return current_artifacts().load_weights(run_id, step)


@st.cache_resource(max_entries=64, show_spinner=False)
def network_of(run_id: str, step: int) -> nn.Sequential:
    """The frozen network of a snapshot."""
    return features.load_network(run_of(run_id).training_settings, weights_of(run_id, step))


@st.cache_resource(max_entries=64, show_spinner="Asking the network about every test image …")
def predictions_of(run_id: str, step: int) -> Predictions:
    """What a snapshot says of all test images."""
    settings = run_of(run_id).training_settings
    return predictions.predict(network_of(run_id, step), settings.dataset, settings.normalisation)


@st.cache_resource(max_entries=64, show_spinner=False)
def predictions_on_map(run_id: str, step: int, images: int) -> Predictions:
    """What a snapshot says of the test images that a map of so many shows, in their order."""
    settings = run_of(run_id).training_settings
    chosen = features.chosen_test_images(settings.dataset, images)
    return predictions.predict(network_of(run_id, step), settings.dataset, settings.normalisation, chosen)


@st.cache_resource(max_entries=16, show_spinner=False)
def thumbnails(dataset: str, chosen: tuple[int, ...], lines: tuple[str, ...]) -> Images:
    """The sheet of these test images, each with a line of text."""
    return Images.of(datasets.load(dataset).test_images[list(chosen)], lines)


def run_of(run_id: str) -> Run:
    """A run that is known to exist."""
    run = current_store().get(run_id)
    assert run is not None, run_id
    return run


def measurements_of(run_id: str) -> list[Measurement]:
    """All measurements of a run; only those that are new since the last call are read."""
    known: dict[str, tuple[list[Measurement], int]] = st.session_state.setdefault("measurements", {})
    seen, position = known.get(run_id, ([], 0))
    new, position = current_store().measurements(run_id, position)
    known.clear()  # a session looks at one run at a time
    known[run_id] = (seen + new, position)
    return known[run_id][0]


def frames_of(run_id: str) -> list[Frame]:
    """All frames of an embedding; only those that are new since the last call are read."""
    known: dict[str, list[Frame]] = st.session_state.setdefault("frames", {})
    seen = known.get(run_id, [])
    new = current_store().frames(run_id, after=seen[-1].iteration if seen else -1)
    known.clear()  # a session looks at one map at a time
    known[run_id] = seen + new
    return known[run_id]
