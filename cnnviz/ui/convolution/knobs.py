"""What the settings of the sandbox have in common: rows and columns held together, and examples that set everything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.convolution.examples import EXAMPLES, Example
from cnnviz.convolution.settings import AXES, Pair
from cnnviz.language import say, sentence
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import slider, toggle
from cnnviz.ui.frame.pickers import OWN

START = EXAMPLES["plain"]
PAIRS = ("stride", "padding", "dilation", "output_padding", "window")
BIASES = ("bias", "bias_1", "bias_2", "bias_3")  # one per output channel


def pair_at(name: str) -> Pair:
    """Where rows and columns of a setting stand; while they are locked, the rows count for both."""
    rows = int(at(f"{name}_rows"))
    return (rows, rows) if at("lock") else (rows, int(at(f"{name}_columns")))


def pair(label: str, name: str) -> None:
    """One slider while the axes are locked, else one for each."""
    if at("lock"):
        slider(label, f"{name}_rows")
        return
    for axis in AXES:
        slider(say("{setting}, {axis}", setting=label, axis=sentence(axis)), f"{name}_{axis}")


def lock() -> None:
    """The switch that holds both axes together."""
    toggle(say("Lock both axes"), "lock")


def columns_like_rows() -> None:
    """What the columns begin with when they are unlocked is what the rows had; from a callback."""
    put(**{f"{name}_columns": at(f"{name}_rows") for name in PAIRS})


def unlock() -> None:
    """Let rows and columns differ; from a callback."""
    if at("lock"):
        put(lock=False)
        columns_like_rows()


def state_of(example: Example) -> Mapping[str, Any]:
    """The controls that make up an example."""
    s = example.settings
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
    texts = {"input": "matrix", "matrix": example.matrix, **({"kernel": example.kernel} if example.kernel else {})}
    biases = (*example.bias, 0.0, 0.0, 0.0)
    return {
        **state,
        **texts,
        **{name: getattr(s, name) for name in names},
        **dict(zip(BIASES, biases, strict=False)),
        "frame": s.padding if isinstance(s.padding, str) else OWN,
        "lock": all(rows == columns for rows, columns in pairs.values()),
        "weights_from": "named",
    }


def apply(example: Example) -> None:
    """Set every control to an example; from a callback."""
    put(**state_of(example))
    st.session_state.pop("slices_wanted", None)
