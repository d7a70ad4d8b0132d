"""A kernel that is being learned, step by step: its weights, its output, the error, one gradient in numbers."""

from __future__ import annotations

from typing import Any

from cnnviz.convolution.learning import KernelLearning, design_matrix
from cnnviz.convolution.operation import Operation
from cnnviz.ui.components.shared.arrays import packed
from cnnviz.ui.components.shared.mount import component

_mount = component("learning_view", "grid", "player")


def learning_view(history: KernelLearning, operation: Operation, *, key: str) -> None:
    """Draw the history; playing and pointing stay in the browser."""
    _mount(key=key, data=replay(history, operation))


def replay(history: KernelLearning, operation: Operation) -> dict[str, Any]:
    """Everything that the browser draws, by the names of KernelLearning."""
    return {
        "steps": history.steps.tolist(),
        "weights": packed(history.weights),
        "moves": packed(history.moves),
        "outputs": packed(history.outputs),
        "losses": history.losses.tolist(),
        "gradients": packed(history.gradients),
        "checks": packed(history.checks),
        "wanted": packed(history.wanted),
        "wanted_weights": packed(history.wanted_weights),
        "design_matrix": packed(design_matrix(operation)),
        "rates": history.rates.tolist(),
        "momenta": history.momenta.tolist(),
        "activation": operation.settings.activation,
    }
