"""How the kernel moves: the operation and its settings, and what to do when they do not fit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.settings import (
    ACTIVATIONS,
    AXES,
    PADDING_MODES,
    PADDINGS,
    POOLING,
    ConvolutionSettings,
    Misfit,
)
from cnnviz.refusal import Refusal
from cnnviz.ui.convolution.kernels import fit_kernel
from cnnviz.ui.convolution.knobs import FRAMES, OWN, START, apply, at, lock, options, pair, pair_at, unlock

SHORT = {
    "convolution": "Convolution",
    "transposed": "Transposed",
    "max_pool": "Max pool",
    "average_pool": "Average pool",
}


def current_settings() -> dict[str, Any]:
    """What the knobs say of ConvolutionSettings; the size of the kernel too in a pooling, which has no weights."""
    kind = at("operation")
    settings: dict[str, Any] = {"operation": kind, "stride": pair_at("stride"), "padding": pair_at("padding")}
    names = {
        "convolution": ("groups", "flip", "activation", "padding_mode"),
        "transposed": ("groups", "flip", "activation"),
        "max_pool": ("ceil_mode",),
        "average_pool": ("ceil_mode", "count_include_pad"),
    }[kind]
    settings |= {name: at(name) for name in names}
    if kind == "convolution" and at("frame") != OWN:
        settings["padding"] = at("frame")
    if kind != "average_pool":
        settings["dilation"] = pair_at("dilation")
    if kind == "transposed":
        settings["output_padding"] = pair_at("output_padding")
    if kind in POOLING:
        settings["kernel_size"] = pair_at("window")
    return settings


def choose_operation() -> None:
    """What slides over the input."""
    options("Operation", "operation", SHORT, on_change=_begin_operation)


def _begin_operation() -> None:
    """A pooling begins with windows side by side, and never with padding that it cannot have."""
    pooling = at("operation") in POOLING
    for axis in AXES:
        st.session_state[f"stride_{axis}"] = 2 if pooling else 1
        if pooling:
            st.session_state[f"window_{axis}"] = 2
            st.session_state[f"padding_{axis}"] = 0


def choose_settings() -> None:
    """How it moves."""
    kind = at("operation")
    lock()
    if kind in POOLING:
        pair("Window", "window")
    pair("Stride", "stride")
    _choose_padding(kind)
    if kind != "average_pool":
        pair("Dilation", "dilation")
    if kind == "transposed":
        pair("Output padding", "output_padding")
    if kind in POOLING:
        st.toggle("Round the size up", key="ceil_mode", help="PyTorch's ceil_mode: a last, cut window counts.")
    if kind == "average_pool":
        st.toggle("Padding counts", key="count_include_pad", help="Whether the zeros of the padding enter the mean.")
    if kind not in POOLING:
        st.toggle("Flip the kernel", key="flip", help="True convolution turns the kernel by half a turn.")
        options("Activation", "activation", ACTIVATIONS)


def _choose_padding(kind: str) -> None:
    """Numbers, or a name where a convolution has one; what the frame is filled with."""
    if kind != "convolution":
        pair("Padding", "padding")
        return
    options("Padding", "frame", FRAMES)
    if at("frame") == OWN:
        pair("Padding on each side", "padding")
    else:
        st.caption(PADDINGS[at("frame")])
    st.selectbox("Padding mode", list(PADDING_MODES), format_func=PADDING_MODES.__getitem__, key="padding_mode")


def choose_example(at: str) -> None:
    """A picker of worked examples; `at` is the one that the other widgets stand at, or OWN."""
    st.session_state["example"] = at
    st.selectbox(
        "Example",
        [*EXAMPLES, OWN],
        format_func=lambda name: EXAMPLES[name].label if name in EXAMPLES else "Your own",
        key="example",
        on_change=_apply_example,
    )
    if at in EXAMPLES:
        st.caption(EXAMPLES[at].lesson)


def _apply_example() -> None:
    if st.session_state["example"] in EXAMPLES:
        apply(EXAMPLES[st.session_state["example"]])


def offer_remedy(refusal: Refusal, c_in: int) -> None:
    """Say what does not fit an input of c_in channels, and offer the nearest thing that does."""
    st.error(f"This does not fit: {refusal}", icon="✋")
    if isinstance(refusal, Misfit):
        words = remedy_words(refusal.asked, refusal.remedy) or "one slice per channel"
        st.button(f"Use {words}", key="remedy", on_click=_apply_remedy, args=(refusal.remedy, c_in))
    else:
        st.button("Back to the first example", key="reset", on_click=apply, args=(START,))


def remedy_words(asked: ConvolutionSettings, remedy: ConvolutionSettings) -> str:
    """What differs: "kernel size 3x3, padding (1, 1)"."""
    names = [name for name in vars(asked) if getattr(asked, name) != getattr(remedy, name)]
    words = {name: getattr(remedy, name) for name in names}
    if "kernel_size" in words:
        words["kernel_size"] = "x".join(map(str, words["kernel_size"]))
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in words.items())


def _apply_remedy(remedy: ConvolutionSettings, c_in: int) -> None:
    state = st.session_state
    named = isinstance(remedy.padding, str)
    state["frame"] = remedy.padding if named else OWN
    state["padding_mode"], state["groups"] = remedy.padding_mode, remedy.groups
    pairs: dict[str, Any] = {"output_padding": remedy.output_padding}
    pairs |= {} if named else {"padding": remedy.padding}
    pairs |= {"window": remedy.kernel_size} if remedy.pooling else {}
    if any(rows != columns for rows, columns in pairs.values()):
        unlock()
    for name, values in pairs.items():
        for axis, value in zip(AXES, values, strict=True):
            state[f"{name}_{axis}"] = value
    if not remedy.pooling:
        fit_kernel(remedy.kernel_size, c_in // remedy.groups)
