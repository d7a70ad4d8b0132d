"""Every knob of the sandbox in one place: what it begins with, what the address may say of it, and the presets.

The knobs are settled before anything is drawn, so that the picture, for which the learner waits, comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.convolution.examples import EXAMPLES, Example
from cnnviz.convolution.matrices import LONGEST_TEXT
from cnnviz.convolution.settings import (
    ACTIVATIONS,
    AXES,
    LIMITS,
    MOST_CHANNELS,
    OPERATIONS,
    PADDING_MODES,
    PADDINGS,
    Pair,
)
from cnnviz.datasets import DATASETS
from cnnviz.refusal import Range, Refusal
from cnnviz.ui.frame.address import keep_in_address, one_of

START = EXAMPLES["plain"]
OWN = "own"
INPUTS = {"matrix": "Matrix", "digit": "Digit", "random": "Random", "picture": "Picture", "drawing": "Drawing"}
COLOURS = {"grey": "Grey", "rgb": "RGB"}
FRAMES = {OWN: "Own", **{name: name.capitalize() for name in PADDINGS}}
PAIRS = ("stride", "padding", "dilation", "output_padding", "window")
BIASES = ("bias", "bias_1", "bias_2", "bias_3")  # one per output channel
SEEDS = Range(0, 9999)


@dataclass(frozen=True)
class Knob:
    """What a widget begins with, and how the text of the address is read; it raises Refusal."""

    start: Any
    parse: Callable[[str], Any]
    limits: Range | None = None


def number(name: str, limits: Range, start: float | None = None) -> Knob:
    """A number within limits; whole when they are."""
    kind: Callable[[float], float] = int if limits.whole else float
    words = name.replace("_", " ")
    return Knob(kind(limits.low if start is None else start), lambda text: kind(limits.parse(words, text)), limits)


def choice(name: str, options: Collection[str], start: str) -> Knob:
    """One of some words."""
    return Knob(start, one_of(name.replace("_", " "), options))


def switch(name: str, start: bool = False) -> Knob:
    """On or off."""
    words = choice(name, ("true", "false"), "false")
    return Knob(start, lambda text: words.parse(text.lower()) == "true")


def written(name: str, start: str) -> Knob:
    """A text, checked where it is used."""

    def parse(text: str) -> str:
        if len(text) > LONGEST_TEXT:
            raise Refusal(f"the {name} has {len(text):,} characters; the limit is {LONGEST_TEXT:,}.")
        return text

    return Knob(start, parse)


KNOBS: Mapping[str, Knob] = {
    "operation": choice("operation", OPERATIONS, "convolution"),
    "input": choice("input", INPUTS, "matrix"),
    "matrix": written("matrix", START.matrix),
    "dataset": choice("dataset", DATASETS, "mnist"),
    "digit": number("digit", Range(0, 9999)),
    "rows": number("rows", Range(1, 28), 8),
    "columns": number("columns", Range(1, 28), 8),
    "channels": number("channels", Range(1, MOST_CHANNELS["in"])),
    "seed": number("seed", SEEDS),
    "colour": choice("colour", COLOURS, "grey"),
    "kernel": written("kernel", START.kernel),
    "groups": number("groups", Range(1, MOST_CHANNELS["in"])),
    "lock": switch("lock", True),
    "frame": choice("frame", FRAMES, OWN),
    "padding_mode": choice("padding_mode", PADDING_MODES, "zeros"),
    "flip": switch("flip"),
    "ceil_mode": switch("ceil_mode"),
    "count_include_pad": switch("count_include_pad", True),
    "activation": choice("activation", ACTIVATIONS, "none"),
    **{key: number(key, Range(-1000, 1000, whole=False), 0.0) for key in BIASES},
    **{f"{name}_{axis}": number(name, LIMITS[name]) for name in PAIRS if name != "window" for axis in AXES},
    **{f"window_{axis}": number("window", LIMITS["kernel_size"], 2) for axis in AXES},
}


def settle() -> None:
    """Give every knob its value: of its widget, of the address, or its start."""
    for key, knob in KNOBS.items():
        keep_in_address(key, knob.start, knob.parse)


def at(key: str) -> Any:
    """Where a knob stands."""
    return st.session_state[key]


def pair_at(name: str) -> Pair:
    """Where the knobs of rows and columns stand; while they are locked, the rows' one counts."""
    rows = int(at(f"{name}_rows"))
    return (rows, rows) if at("lock") else (rows, int(at(f"{name}_columns")))


# ------------------------------------------------------------------ widgets


def slider(label: str, key: str, most: int | None = None) -> None:
    """The slider of a knob with limits."""
    limits = KNOBS[key].limits
    assert limits is not None
    st.slider(label, int(limits.low), most or int(limits.high), key=key)


def field(label: str, key: str) -> None:
    """A field to type the number of a knob into."""
    limits = KNOBS[key].limits
    assert limits is not None
    kind = int if limits.whole else float
    st.number_input(label, kind(limits.low), kind(limits.high), key=key)


def pair(label: str, name: str) -> None:
    """One slider while the axes are locked, else one for each."""
    if at("lock"):
        slider(label, f"{name}_rows")
        return
    for axis, column in zip(AXES, st.columns(2), strict=True):
        with column:
            slider(f"{label}, {axis}", f"{name}_{axis}")


def options(label: str, key: str, names: Mapping[str, str], on_change: Callable[[], None] | None = None) -> None:
    """A row of buttons, one of them chosen."""
    st.segmented_control(
        label, list(names), required=True, wrap=True, format_func=names.__getitem__, key=key, on_change=on_change
    )


def lock() -> None:
    """The switch that holds both axes together; what the columns begin with when it is opened is what the rows had."""
    st.toggle("Lock both axes", key="lock", on_change=_follow)


def _follow() -> None:
    for name in PAIRS:
        st.session_state[f"{name}_columns"] = at(f"{name}_rows")


def unlock() -> None:
    """Let rows and columns differ; from a callback."""
    if at("lock"):
        st.session_state["lock"] = False
        _follow()


# ------------------------------------------------------------------ presets


def state_of(preset: Example) -> Mapping[str, Any]:
    """The knobs that make up a preset."""
    s = preset.settings
    pairs: dict[str, Pair] = {
        "stride": s.stride,
        "padding": (0, 0) if isinstance(s.padding, str) else s.padding,
        "dilation": s.dilation,
        "output_padding": s.output_padding,
    }
    if s.pooling:
        pairs["window"] = s.kernel_size
    state = {f"{name}_{axis}": values[i] for name, values in pairs.items() for i, axis in enumerate(AXES)}
    names = ("operation", "padding_mode", "groups", "flip", "ceil_mode", "count_include_pad", "activation")
    texts = {"input": "matrix", "matrix": preset.matrix, **({"kernel": preset.kernel} if preset.kernel else {})}
    biases = (*preset.bias, 0.0, 0.0, 0.0)
    return {
        **state,
        **texts,
        **{name: getattr(s, name) for name in names},
        **dict(zip(BIASES, biases, strict=False)),
        "frame": s.padding if isinstance(s.padding, str) else OWN,
        "lock": all(rows == columns for rows, columns in pairs.values()),
    }


def apply(preset: Example) -> None:
    """Set every knob to a preset; from a callback."""
    st.session_state.update(state_of(preset))
    st.session_state.pop("slices_wanted", None)
    if "weights_from" in st.session_state:
        st.session_state["weights_from"] = "named"
