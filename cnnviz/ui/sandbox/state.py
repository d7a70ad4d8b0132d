"""What stands in the widgets of the sandbox: whole numbers in the address, presets, and both axes locked together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from cnnviz.convolution import AXES, LIMITS, Pair
from cnnviz.presets import PRESETS, Preset
from cnnviz.settings import Range
from cnnviz.ui.session import keep_in_address

START = PRESETS["plain"]
OWN = "own"
PAIRS = ("stride", "padding", "dilation", "output_padding", "window")
BIASES = ("bias", "bias_1", "bias_2", "bias_3")  # one per output channel
SLIDER, FIELD = "slider", "field"


def whole(
    label: str,
    limits: Range,
    start: int,
    key: str,
    *,
    shape: str = SLIDER,
    on_change: Callable[..., None] | None = None,
    args: tuple[Any, ...] = (),
) -> int:
    """A whole number within limits, in the address; `start` where the address says nothing or nonsense."""
    keep_in_address(key, start, lambda text: int(limits.parse(label.lower(), text)))
    low, high = int(limits.low), int(limits.high)
    draw = st.slider if shape == SLIDER and low < high else st.number_input
    return int(draw(label, low, high, key=key, on_change=on_change, args=args))


def pair(label: str, name: str, limits: Range | None = None, start: int | None = None) -> Pair:
    """One slider while the axes are locked, else one for each."""
    limits = limits or LIMITS[name]
    start = int(limits.low) if start is None else start
    if is_locked():
        both = whole(label, limits, start, f"{name}_rows")
        return both, both
    values = []
    for axis, column in zip(AXES, st.columns(2), strict=True):
        with column:
            values.append(whole(f"{label}, {axis}", limits, start, f"{name}_{axis}"))
    return values[0], values[1]


def is_locked() -> bool:
    """Whether rows and columns have the same settings."""
    return bool(st.session_state.get("lock", True))


def lock() -> None:
    """The switch of it; what the columns begin with when it is opened is what the rows had."""
    st.toggle("Lock both axes", True, key="lock", bind="query-params", on_change=_open_lock)


def _open_lock() -> None:
    for name in PAIRS:
        if f"{name}_rows" in st.session_state:
            st.session_state[f"{name}_columns"] = st.session_state[f"{name}_rows"]


def state_of(preset: Preset) -> Mapping[str, Any]:
    """The values of the widgets that make up a preset."""
    s = preset.settings
    named = s.padding if isinstance(s.padding, str) else None
    pairs: dict[str, Pair] = {
        "stride": s.stride,
        "padding": (0, 0) if isinstance(s.padding, str) else s.padding,
        "dilation": s.dilation,
        "output_padding": s.output_padding,
        "window": s.kernel_size,
    }
    weights = preset.weights
    settled = {name: values for name, values in pairs.items() if name != "window" or weights is None}
    state: dict[str, Any] = {
        f"{name}_{axis}": values[i] for name, values in pairs.items() for i, axis in enumerate(AXES)
    }
    state |= {
        "input": "matrix",
        "matrix": preset.matrix,
        "operation": s.operation,
        "frame": named or OWN,
        "padding_mode": s.padding_mode,
        "groups": s.groups,
        "flip": s.flip,
        "ceil_mode": s.ceil_mode,
        "count_include_pad": s.count_include_pad,
        "activation": s.activation,
        "lock": all(rows == columns for rows, columns in settled.values()),
        "weights_from": "named",
    }
    state |= {"kernel": preset.kernel} if preset.kernel else {}
    biases = (*preset.bias, *BIASES)[: len(BIASES)]
    return state | {key: value if isinstance(value, float) else 0.0 for key, value in zip(BIASES, biases, strict=True)}


def apply(preset: Preset) -> None:
    """Set every widget to a preset; for callbacks, which alone may write widgets."""
    st.session_state.update(state_of(preset))
    st.session_state.pop("slices_wanted", None)
