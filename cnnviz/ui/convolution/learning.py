"""Learn this kernel: gradient descent from random weights to the kernel chosen above."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution.learning import LearningSettings, learn_kernel
from cnnviz.convolution.operation import Operation
from cnnviz.language import say
from cnnviz.refusal import Refusal
from cnnviz.ui.components.learning_view import learning_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import field, steps

RATES = (0.1, 0.25, 0.5, 1.0, 1.5, 1.9, 2.1)


def learning_section(operation: Operation | Refusal) -> None:
    """The controls, the replay and what it shows."""
    if isinstance(operation, Refusal):
        st.info(say("The settings above do not fit. Choose a convolution above."), icon="👉")
        return
    if operation.weights is None:
        st.info(say("A pooling has no weights to learn. Choose a convolution above."), icon="👉")
        return
    st.markdown(
        say(
            "Suppose only the input and the output of the kernel above were known. Start with random weights, compare "
            "outputs, move each weight against its gradient, and repeat: training is nothing else."
        )
    )
    columns = st.columns(3)
    with columns[0]:
        steps(say("Learning rate, as a share of 1 / curvature"), "rate", RATES)
    with columns[1]:
        field(say("Steps"), "learning_steps")
    with columns[2]:
        field(say("Seed of the start"), "learning_seed")
    try:
        settings = LearningSettings(at("rate"), at("learning_steps"), at("learning_seed"))
        history = learn_kernel(operation, settings)
    except Refusal as refusal:
        st.info(say("This cannot be learned: {refusal}", refusal=refusal.sentence), icon="👉")
        return
    learning_view(history, operation, key="learning_view")
    st.caption(_verdict(history.learning_rate, history.largest_rate, float(history.distance[-1])))


def _verdict(rate: float, largest: float, distance: float) -> str:
    values = {"rate": rate, "largest": largest}
    if rate > largest:
        return say(
            "Learning rate {rate:.3g} is above {largest:.3g}: each step overshoots further than the last. It diverges.",
            **values,
        )
    if distance < 1e-2:
        return say(
            "Learning rate {rate:.3g}, below {largest:.3g} where it would diverge. The kernel is found: "
            "the weights differ from those above by at most {distance:.2g}.",
            distance=distance,
            **values,
        )
    return say(
        "Learning rate {rate:.3g}, below {largest:.3g} where it would diverge. More steps would come closer: "
        "the weights differ from those above by at most {distance:.2g}.",
        distance=distance,
        **values,
    )
