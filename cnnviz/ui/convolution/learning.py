"""Learn this kernel: gradient descent from random weights to the kernel chosen above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnnviz.convolution.learning import KernelLearning, LearningSettings, learn_kernel
from cnnviz.convolution.operation import Operation
from cnnviz.language import mark, say, sentence
from cnnviz.refusal import Refusal
from cnnviz.ui.components.learning_view import learning_view
from cnnviz.ui.convolution.room import room
from cnnviz.ui.frame.address import at, bound
from cnnviz.ui.frame.controls import field

BEST = "best"
RATES: Sequence[str | float] = (BEST, 0.1, 0.25, 0.5, 1.0, 1.5, 1.9, 2.1)


def learning_section(operation: Operation | Refusal) -> None:
    """The controls, the replay and what it shows."""
    if isinstance(operation, Refusal):
        st.info(say("The settings above do not fit. Choose a convolution above."), icon=":material/arrow_forward:")
        return
    if operation.weights is None:
        st.info(say("A pooling has no weights to learn. Choose a convolution above."), icon=":material/arrow_forward:")
        return
    places = room("learn")
    with places.knobs:
        _choose(operation)
    try:
        rate = None if at("rate") == BEST else at("rate")
        history = learn_kernel(operation, LearningSettings(rate, at("learning_steps"), at("learning_seed")))
    except Refusal as refusal:
        told = say("This cannot be learned: {refusal}", refusal=refusal.sentence)
        places.picture.info(told, icon=":material/arrow_forward:")
        return
    with places.picture:
        learning_view(history, operation, key="learning_view")
        st.caption(f"{rate_sentence(history)} {verdict(history)}")


def _choose(operation: Operation) -> None:
    """What the descent is for, and its controls."""
    purpose = say(
        "Suppose only the input and the output of the kernel above were known. Start with random weights, compare "
        "outputs, move each weight against its gradient, and repeat: every network is trained like this."
    )
    st.caption(f"{purpose} {_aim(operation)}")
    label = say("Learning rate, as a share of 1 / largest curvature")
    st.select_slider(label, RATES, format_func=_rate_label, **bound("rate", value=at("rate")))
    field(say("Steps"), "learning_steps")
    field(say("Seed of the start"), "learning_seed")


def _rate_label(rate: Any) -> str:
    return say("best") if rate == BEST else f"{rate:g}"


def _aim(operation: Operation) -> str:
    """What is learned, and what is known of it."""
    several, bent = operation.c_out > 1, operation.settings.activation != "none"
    if several and bent:
        return say("The kernel of output channel 0 is learned, from its output before ReLU; its bias is known.")
    if several:
        return say("The kernel of output channel 0 is learned; its bias is known.")
    if bent:
        return say("The output before ReLU is matched; the bias is known.")
    return say("The bias is known.")


def rate_sentence(history: KernelLearning) -> str:
    """How the descent takes its steps."""
    if history.is_best:
        return say("At each step the learning rate and the momentum are those that lower the error most.")
    rate, largest = float(history.rates[0]), history.largest_rate
    if history.diverges:
        return say("Learning rate {rate:.3g}, above {largest:.3g}.", rate=rate, largest=largest)
    return say("Learning rate {rate:.3g}, below {largest:.3g} where it would diverge.", rate=rate, largest=largest)


def verdict(history: KernelLearning) -> str:
    """How far the descent has come, and what more steps would change."""
    if history.diverges:
        return say("Each step overshoots further than the last. It diverges.")
    values: dict[str, Any] = {"distance": float(history.distance[-1])}
    if history.is_found:
        return say("The kernel is found: the weights differ from those above by at most {distance:.2g}.", **values)
    if history.rank < len(history.curvatures):
        return _ambiguous(history, values)
    if history.ended_early:
        return say(
            "Rounded numbers come no closer on this input: the weights differ from those above by at most "
            "{distance:.2g}.",
            **values,
        )
    closer = sentence(
        mark("More steps would come closer: the weights differ from those above by at most {distance:.2g}."), **values
    )
    if history.is_best:
        return say(closer)
    return say(
        "{closer} Until a hundredth of the slowest part of the way is left it takes {steps:,} steps.",
        closer=closer,
        steps=history.steps_for(0.01),
    )


def _ambiguous(history: KernelLearning, values: dict[str, Any]) -> str:
    """Where the input cannot tell the chosen kernel from others."""
    values |= {"rank": history.rank, "count": len(history.curvatures), "difference": float(history.output_distance[-1])}
    if history.is_matched:
        return say(
            "The output is matched (largest difference {difference:.1g}); this input tells only {rank} of {count} "
            "weights apart, so another kernel does as well: the weights differ from those above by up to "
            "{distance:.2g}.",
            **values,
        )
    return say(
        "More steps would match the output, which is off by up to {difference:.2g}, but not find the kernel: this "
        "input tells only {rank} of {count} weights apart.",
        **values,
    )
