"""Forward passes that many visitors share."""

from __future__ import annotations

import streamlit as st

from cnnviz import datasets
from cnnviz.datasets import DATASETS
from cnnviz.figures.predictions import logits_to_probabilities
from cnnviz.inspection import features
from cnnviz.inspection.records import ForwardPass
from cnnviz.ui.frame.snapshots import network_of, run_of


@st.cache_resource(max_entries=256, show_spinner=False)
def forward_of(run_id: str, step: int, index: int) -> tuple[ForwardPass, str]:
    """A test image on its way through a snapshot, and the figure of its logits as JSON."""
    settings = run_of(run_id).training_settings
    data, classes = datasets.load(settings.dataset), DATASETS[settings.dataset].classes
    passed = features.forward(network_of(run_id, step), data.test_images[index], settings)
    label = int(data.test_labels[index])
    return passed, logits_to_probabilities(passed.logits, passed.probabilities, classes, label).to_json()
