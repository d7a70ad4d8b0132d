"""Predictions that many visitors share."""

from __future__ import annotations

import streamlit as st

from cnnviz.inspection import predictions
from cnnviz.inspection.records import Predictions
from cnnviz.ui.frame.snapshots import network_of, run_of


@st.cache_resource(max_entries=64, show_spinner="Asking the network about every test image …")
def predictions_of(run_id: str, step: int) -> Predictions:
    """What a snapshot says of all test images."""
    settings = run_of(run_id).training_settings
    return predictions.predict(network_of(run_id, step), settings)
