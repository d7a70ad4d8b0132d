"""A kernel that is being learned, step by step: its weights, its output, the error, one gradient in numbers."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cnnviz.convolution.learning import KernelLearning, design_matrix
from cnnviz.convolution.operation import Operation
from cnnviz.ui.components.shared import packed, sources_of

_mount = st.components.v2.component("cnnviz_learning_view", **sources_of(Path(__file__).parent, "learning_view.js"))


def learning_view(history: KernelLearning, operation: Operation, *, key: str) -> None:
    """Draw the history; playing and pointing stay in the browser."""
    data = {
        "steps": history.steps.tolist(),
        "weights": packed(history.weights),
        "outputs": packed(history.outputs),
        "losses": history.losses.tolist(),
        "gradients": packed(history.gradients),
        "checks": packed(history.checks),
        "wanted": packed(history.wanted),
        "wantedWeights": packed(history.wanted_weights),
        "seen": packed(design_matrix(operation)),
        "rate": history.learning_rate,
    }
    _mount(key=key, data=data)
