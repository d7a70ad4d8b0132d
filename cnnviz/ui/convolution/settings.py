"""How the kernel moves: the operation and its settings, and what to do when they do not fit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.settings import AXES, NAMES, PADDING_MODES, PADDINGS, POOLING, ConvolutionSettings, Misfit
from cnnviz.language import joined, mark, say, sentence
from cnnviz.refusal import Refusal
from cnnviz.ui.convolution.kernels import choose_channels, choose_size, fit_kernel
from cnnviz.ui.convolution.knobs import START, apply, lock, pair, pair_at, unlock
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import buttons, choice, control, toggle
from cnnviz.ui.frame.pickers import OWN, pick
from cnnviz.ui.frame.refusals import gesture


def current_settings() -> dict[str, Any]:
    """What the controls say of ConvolutionSettings; the size of the kernel too in a pooling, which has no weights."""
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


def choose_example(now: str) -> None:
    """A picker of worked examples; `now` is the one that the other controls make up, or OWN."""
    with st.container(key="example_place"):  # as high as the longest description, so that nothing below it moves
        pick(say("Example"), "example", EXAMPLES, now, lambda name: apply(EXAMPLES[name]))


def choose_operation() -> None:
    """What slides over the input."""
    buttons(say("Operation"), "operation")


def choose_motion() -> None:
    """The size of what slides, and how it moves."""
    kind = at("operation")
    lock()
    with st.container(key="motion"):
        if kind in POOLING:
            pair(say("Window"), "window")
        else:
            choose_size()
        pair(say("Stride"), "stride")
        if kind != "convolution":
            pair(say("Padding"), "padding")
        elif at("frame") == OWN:
            pair(say("Padding on each side"), "padding")
        else:
            _name_padding()
        if kind != "average_pool":
            pair(say("Dilation"), "dilation")


def _name_padding() -> None:
    """In the place of the sliders of the padding, of which there is one for each axis."""
    options = control("frame").options or {}
    with st.container(key="padding_name" if at("lock") else "padding_names"):
        st.caption(say("Padding: {name}", name=say(options[at("frame")]).lower()))


def choose_more() -> None:
    """What is changed less often."""
    kind = at("operation")
    if kind in POOLING:
        toggle(say("Round the size up"), "ceil_mode", help=say("PyTorch's ceil_mode: a last, cut window counts."))
    if kind == "average_pool":
        toggle(say("Padding counts"), "count_include_pad", help=say("Whether the zeros of the padding enter the mean."))
    if kind == "convolution":
        _choose_padding()
    if kind == "transposed":
        pair(say("Output padding"), "output_padding")
    if kind not in POOLING:
        toggle(say("Flip the kernel"), "flip", help=say("True convolution turns the kernel by half a turn."))
        buttons(say("Activation"), "activation")
        choose_channels()


def _choose_padding() -> None:
    """Numbers or a name; what the frame is filled with."""
    buttons(say("Padding"), "frame")
    with st.container(key="padding_place", gap="xxsmall"):
        if at("frame") != OWN:
            st.caption(say(PADDINGS[at("frame")]))
        if at("frame") == "same" and pair_at("stride") != (1, 1):
            st.caption(
                say("PyTorch's Conv2d takes padding='same' at stride 1 only; the code below makes the frame itself.")
            )
    choice(say("Padding mode"), "padding_mode")


def offer_remedy(refusal: Refusal, c_in: int) -> None:
    """Say what does not fit an input of c_in channels, and offer the nearest thing that does."""
    st.error(say("This does not fit: {refusal}", refusal=refusal.sentence), icon=":material/block:")
    if isinstance(refusal, Misfit):
        remedy = remedy_words(refusal.asked, refusal.remedy)
        label = say("Use {remedy}", remedy=remedy) if remedy else say("Use one slice per channel")
        st.button(label, key="remedy", on_click=gesture(_apply_remedy), args=(refusal.remedy, c_in))
    else:
        st.button(say("Back to the first example"), key="reset", on_click=gesture(apply), args=(START,))


def remedy_words(asked: ConvolutionSettings, remedy: ConvolutionSettings) -> str:
    """What differs: "kernel size 3x3, padding (1, 1)"; empty where nothing does."""
    names = [name for name in vars(asked) if getattr(asked, name) != getattr(remedy, name)]
    words = [
        sentence("{setting} {value}", setting=sentence(NAMES[name]), value=_value(name, getattr(remedy, name)))
        for name in names
    ]
    return say(joined(words, mark("{first}, {second}"))) if words else ""


def _value(name: str, value: Any) -> str:
    """A setting's value in a remedy."""
    if name == "kernel_size":
        return "x".join(map(str, value))
    return say(PADDING_MODES[value]).lower() if name == "padding_mode" else str(value)


def _apply_remedy(remedy: ConvolutionSettings, c_in: int) -> None:
    named = isinstance(remedy.padding, str)
    put(frame=remedy.padding if named else OWN, padding_mode=remedy.padding_mode, groups=remedy.groups)
    pairs: dict[str, Any] = {"output_padding": remedy.output_padding}
    pairs |= {} if named else {"padding": remedy.padding}
    pairs |= {"window": remedy.kernel_size} if remedy.pooling else {}
    if any(rows != columns for rows, columns in pairs.values()):
        unlock()
    for name, values in pairs.items():
        put(**{f"{name}_{axis}": value for axis, value in zip(AXES, values, strict=True)})
    if not remedy.pooling:
        fit_kernel(remedy.kernel_size, c_in // remedy.groups)
