"""The learner's own network: a row of controls for each layer, and the same as text."""

from __future__ import annotations

import streamlit as st

from cnnviz.convolution.layer_language import ACTIVATIONS, NETWORK, POOLINGS, Layer, write
from cnnviz.language import mark, say
from cnnviz.networks import custom
from cnnviz.networks.custom import MOST_CONVOLUTIONS
from cnnviz.refusal import Refusal
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import line
from cnnviz.ui.frame.layer_rows import Field, layer_rows
from cnnviz.ui.frame.refusals import gesture

CHANNELS = [1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256]
DROPOUTS = list(range(0, 91, 10))
ACTIVATION_LABELS = {
    "relu": mark("ReLU"),
    "leaky": mark("Leaky ReLU"),
    "gelu": mark("GELU"),
    "tanh": mark("Tanh"),
    "none": mark("None"),
}
POOLING_LABELS = {"max": mark("Max 2x2"), "mean": mark("Mean 2x2"), "none": mark("None")}


def choose_layers(label: str, name: str) -> None:
    """The controls, which open beside the panel, and the text in it; what cannot be built is told at once."""
    with st.popover(say("Layer by layer"), width="stretch", key="own_layers"), st.container(key="layer_rows"):
        try:
            layers = list(custom.read(at(name)))
        except Refusal:
            st.caption(say("The controls come back when the text can be read."))
        else:
            _count(layers)
            st.caption(
                say(
                    "BN is batch normalisation: each channel to mean 0 and deviation 1, then scaled and shifted "
                    "as it learns."
                )
            )
            layer_rows(layers, _fields(), prefix="own_layer", on_change=_rewrite)
    line(label, name)
    with st.container():
        if problem():
            st.error(say("This cannot be built: {problem}", problem=problem()), icon=":material/block:")


def problem() -> str:
    """Why the network that is chosen cannot be built; empty when it can."""
    try:
        custom.parse(at("layers"))
    except Refusal as refusal:
        return str(refusal)
    return ""


def _fields() -> list[Field]:
    """The settings of a layer, in the order in which its parts act."""
    return [
        Field("channels", mark("Channels {number}"), 2, options=_numbers(CHANNELS)),
        Field("kernel_size", mark("Kernel {number}"), 2, options=_within("kernel_size")),
        Field("stride", mark("Stride {number}"), 2, options=_within("stride")),
        Field("padding", mark("Padding {number}"), 2, options=_within("padding")),
        Field("norm", mark("BN {number}"), 2),
        Field(
            "activation", mark("Activation {number}"), 3, options={k: say(ACTIVATION_LABELS[k]) for k in ACTIVATIONS}
        ),
        Field("pooling", mark("Pooling {number}"), 3, options={k: say(POOLING_LABELS[k]) for k in POOLINGS}),
        Field("dropout", mark("Dropout % {number}"), 2, options=_numbers(DROPOUTS)),
    ]


def _numbers(values: list[int]) -> dict[int, str]:
    return {value: str(value) for value in values}


def _within(name: str) -> dict[int, str]:
    limits = NETWORK.limits[name]
    return _numbers(list(range(int(limits.low), int(limits.high) + 1)))


def _count(layers: list[Layer]) -> None:
    st.session_state["layers_count"] = sum(layer.kind == "conv" for layer in layers)

    def change() -> None:
        _rewrite(with_convolutions(layers, st.session_state["layers_count"]))

    st.slider(say("Convolutions"), 1, MOST_CONVOLUTIONS, key="layers_count", on_change=gesture(change))


def with_convolutions(layers: list[Layer], count: int) -> list[Layer]:
    """The layers up to `count` convolutions, with the poolings behind the last; new ones are like the last one."""
    places = [place for place, layer in enumerate(layers) if layer.kind == "conv"]
    if count < len(places):
        return layers[: places[count]]
    return [*layers, *[layers[places[-1]]] * (count - len(places))]


def _rewrite(layers: list[Layer]) -> None:
    """A control was moved: the text follows."""
    put(layers=write(layers, NETWORK))
