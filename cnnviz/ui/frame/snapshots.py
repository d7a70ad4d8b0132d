"""Objects that many visitors share and nobody changes."""

from __future__ import annotations

import streamlit as st
from torch import nn

from cnnviz.arrays import Array
from cnnviz.networks import weights
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store


@st.cache_resource(max_entries=64, show_spinner=False)
def weights_of(run_id: str, step: int) -> dict[str, Array]:
    """The weights of a snapshot."""
    return current_artifacts().load_weights(run_id, step)


@st.cache_resource(max_entries=64, show_spinner=False)
def network_of(run_id: str, step: int) -> nn.Sequential:
    """The frozen network of a snapshot."""
    return weights.load_network(run_of(run_id).training_settings, weights_of(run_id, step))


def run_of(run_id: str) -> Run:
    """A run that is known to exist."""
    run = current_store().runs.get(run_id)
    assert run is not None, run_id
    return run
