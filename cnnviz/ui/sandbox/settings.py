"""How the kernel moves: the operation and its settings, and what to do when they do not fit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.convolution import (
    ACTIVATIONS,
    AXES,
    LIMITS,
    OPERATIONS,
    PADDING_MODES,
    PADDINGS,
    POOLING,
    ConvolutionSettings,
    Misfit,
)
from cnnviz.presets import PRESETS
from cnnviz.settings import Refusal
from cnnviz.ui.sandbox.kernels import fit_kernel
from cnnviz.ui.sandbox.state import OWN, START, apply, lock, pair

FRAMES = {OWN: "Own", "valid": "Valid", "same": "Same", "full": "Full"}
SHORT = {
    "convolution": "Convolution",
    "transposed": "Transposed",
    "max_pool": "Max pool",
    "average_pool": "Average pool",
}


def choose_operation() -> str:
    """What slides over the input."""
    operation = st.segmented_control(
        "Operation",
        list(OPERATIONS),
        default="convolution",
        required=True,
        wrap=True,
        format_func=SHORT.__getitem__,
        key="operation",
        bind="query-params",
        on_change=_begin_operation,
    )
    return str(operation or "convolution")


def _begin_operation() -> None:
    """A pooling begins with windows side by side, and never with padding that it cannot have."""
    pooling = st.session_state["operation"] in POOLING
    for axis in AXES:
        st.session_state[f"stride_{axis}"] = 2 if pooling else 1
        if pooling:
            st.session_state[f"window_{axis}"] = 2
            st.session_state[f"padding_{axis}"] = 0


def choose_settings(operation: str) -> dict[str, Any]:
    """Everything of ConvolutionSettings but the groups and, where there are weights, the size of the kernel."""
    lock()
    settings: dict[str, Any] = {"operation": operation}
    if operation in POOLING:
        settings["kernel_size"] = pair("Window", "window", LIMITS["kernel_size"], 2)
    settings["stride"] = pair("Stride", "stride")
    settings |= _padding(operation)
    if operation != "average_pool":
        settings["dilation"] = pair("Dilation", "dilation")
    if operation == "transposed":
        settings["output_padding"] = pair("Output padding", "output_padding")
    if operation in POOLING:
        settings["ceil_mode"] = _toggle(
            "Round the size up", "ceil_mode", "PyTorch's ceil_mode: a last, cut window counts."
        )
        if operation == "average_pool":
            settings["count_include_pad"] = _toggle(
                "Padding counts", "count_include_pad", "Whether the zeros of the padding enter the mean.", start=True
            )
        return settings
    settings["flip"] = _toggle("Flip the kernel", "flip", "True convolution turns the kernel by half a turn.")
    activation = st.segmented_control(
        "Activation",
        list(ACTIVATIONS),
        default="none",
        required=True,
        wrap=True,
        format_func=ACTIVATIONS.__getitem__,
        key="activation",
        bind="query-params",
    )
    return settings | {"activation": str(activation or "none")}


def _toggle(label: str, key: str, sentence: str, start: bool = False) -> bool:
    return bool(st.toggle(label, start, key=key, help=sentence, bind="query-params"))


def _padding(operation: str) -> dict[str, Any]:
    """Numbers, or a name where torch has one; what the frame is filled with."""
    if operation != "convolution":
        return {"padding": pair("Padding", "padding")}
    frame = st.segmented_control(
        "Padding",
        list(FRAMES),
        default=OWN,
        required=True,
        wrap=True,
        format_func=FRAMES.__getitem__,
        key="frame",
        bind="query-params",
    )
    padding: Any = str(frame or OWN)
    if padding == OWN:
        padding = pair("Padding", "padding")
    else:
        st.caption(PADDINGS[padding])
    mode = st.selectbox(
        "Padding mode",
        list(PADDING_MODES),
        format_func=PADDING_MODES.__getitem__,
        key="padding_mode",
        bind="query-params",
    )
    return {"padding": padding, "padding_mode": str(mode or "zeros")}


def choose_example(at: str) -> None:
    """A picker of worked examples; `at` is the one that the other widgets stand at, or OWN."""
    st.session_state["example"] = at
    st.selectbox(
        "Example",
        [*PRESETS, OWN],
        format_func=lambda name: PRESETS[name].label if name in PRESETS else "Your own",
        key="example",
        on_change=_apply_example,
    )
    if at in PRESETS:
        st.caption(PRESETS[at].lesson)


def _apply_example() -> None:
    if st.session_state["example"] in PRESETS:
        apply(PRESETS[st.session_state["example"]])


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
    pairs = {"output_padding": remedy.output_padding, "window": remedy.kernel_size}
    if isinstance(remedy.padding, str):
        state["frame"] = remedy.padding
    else:
        state["frame"] = OWN
        pairs["padding"] = remedy.padding
    for name, values in pairs.items():
        for axis, value in zip(AXES, values, strict=True):
            state[f"{name}_{axis}"] = value
        if values[0] != values[1] and (name != "window" or remedy.pooling):
            unlock()
    state["padding_mode"], state["groups"] = remedy.padding_mode, remedy.groups
    if not remedy.pooling:
        fit_kernel(remedy.kernel_size, c_in // remedy.groups)


def unlock() -> None:
    """Let rows and columns differ; the columns begin with what the rows have."""
    state = st.session_state
    if state.get("lock", True):
        state["lock"] = False
        for name in ("stride", "dilation"):
            state[f"{name}_columns"] = state.get(f"{name}_rows", 1)
