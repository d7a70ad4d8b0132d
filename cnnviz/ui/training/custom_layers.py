"""The learner's own network: a row of controls for each convolution, and the same as text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from cnnviz.networks import custom
from cnnviz.networks.custom import ACTIVATIONS, LIMITS, MOST_LAYERS, POOLINGS, CustomLayer
from cnnviz.refusal import Refusal
from cnnviz.ui.frame.address import at, bound, put

CHANNELS = [1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256]
DROPOUTS = list(range(0, 91, 10))
ACTIVATION_LABELS = {"relu": "ReLU", "leaky": "Leaky ReLU", "gelu": "GELU", "tanh": "Tanh", "none": "None"}
POOLING_LABELS = {"max": "Max 2x2", "mean": "Mean 2x2", "none": "None"}


def choose_layers(label: str, name: str) -> None:
    """The controls; what cannot be built is told at once."""
    with st.container():
        try:
            layers = list(custom.read(at(name)))
        except Refusal:
            st.caption("The controls come back when the text can be read.")
        else:
            _count(layers)
            st.caption("BN is batch normalisation: each channel to mean 0 and deviation 1.")
            for number in range(len(layers)):
                _row(layers, number)
    st.text_input(label, **bound(name))
    with st.container():
        if problem():
            st.error(f"This cannot be built: {problem()}", icon="✋")


def problem() -> str:
    """Why the network that is chosen cannot be built; empty when it can."""
    try:
        custom.parse(at("layers"))
    except Refusal as refusal:
        return str(refusal)
    return ""


def _count(layers: list[CustomLayer]) -> None:
    st.session_state["layers_count"] = len(layers)

    def change() -> None:
        wanted = st.session_state["layers_count"]
        put(layers=custom.written((layers + [replace(layers[-1])] * MOST_LAYERS)[:wanted]))

    st.slider("Convolutions", 1, MOST_LAYERS, key="layers_count", on_change=change)


def _row(layers: list[CustomLayer], number: int) -> None:
    """Controls of one layer, in the order in which its parts act."""
    cells = st.columns([2, 2, 2, 2, 2, 3, 3, 2], vertical_alignment="bottom")
    with cells[0]:
        _among("Channels", layers, number, "channels", CHANNELS)
    for cell, label, name in zip(
        cells[1:4], ("Kernel", "Stride", "Padding"), ("kernel_size", "stride", "padding"), strict=True
    ):
        with cell:
            limits = LIMITS[name]
            _among(label, layers, number, name, list(range(int(limits.low), int(limits.high) + 1)))
    with cells[4]:
        key = _keep(layers, number, "norm")
        st.toggle(f"BN {number + 1}", key=key, on_change=_rewrite, args=(layers, number, "norm"))
    with cells[5]:
        _among("Activation", layers, number, "activation", list(ACTIVATIONS), ACTIVATION_LABELS)
    with cells[6]:
        _among("Pooling", layers, number, "pooling", list(POOLINGS), POOLING_LABELS)
    with cells[7]:
        _among("Dropout %", layers, number, "dropout", DROPOUTS)


def _among(
    label: str,
    layers: list[CustomLayer],
    number: int,
    name: str,
    options: list[Any],
    labels: dict[str, str] | None = None,
) -> None:
    """A choice among values; one that stands only in the text is offered as well."""
    here = getattr(layers[number], name)
    if here not in options:
        options = sorted([*options, here])
    key = _keep(layers, number, name)
    shown = {option: str(option) for option in options} | (labels or {})
    st.selectbox(
        f"{label} {number + 1}",
        options,
        format_func=shown.__getitem__,
        key=key,
        on_change=_rewrite,
        args=(layers, number, name),
    )


def _keep(layers: list[CustomLayer], number: int, name: str) -> str:
    key = f"layer_{number + 1}_{name}"
    st.session_state[key] = getattr(layers[number], name)
    return key


def _rewrite(layers: list[CustomLayer], number: int, name: str) -> None:
    """A control was moved: the text follows."""
    layers[number] = replace(layers[number], **{name: st.session_state[f"layer_{number + 1}_{name}"]})
    put(layers=custom.written(layers))
