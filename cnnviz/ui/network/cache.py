"""Forward passes that many visitors share."""

from __future__ import annotations

import streamlit as st

from cnnviz.figures.predictions import logits_to_probabilities
from cnnviz.inspection import features
from cnnviz.inspection.records import ForwardPass
from cnnviz.ui.frame.snapshots import BY_SNAPSHOT, Seen


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def forward_of(seen: Seen, index: int) -> tuple[ForwardPass, str]:
    """A test image on its way through a snapshot, and the figure of its logits as JSON."""
    passed = features.forward(seen.network, seen.data.test_images[index], seen.settings)
    label = int(seen.data.test_labels[index])
    return passed, logits_to_probabilities(passed.logits, passed.probabilities, seen.classes, label).to_json()
