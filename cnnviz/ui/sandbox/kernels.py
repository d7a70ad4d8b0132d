"""Where the weights come from: a named kernel, a trained network, chance, or the learner. Their text is the truth."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from cnnviz.convolution import AXES, LIMITS, MOST_CHANNELS, ConvolutionSettings, Operation
from cnnviz.features import first_kernels
from cnnviz.kernels import KERNELS
from cnnviz.matrices import (
    LARGEST_VALUE,
    format_kernels,
    parse_kernels,
    random_matrix,
    resize_matrix,
    with_kernels,
    with_slices,
)
from cnnviz.records import Array
from cnnviz.settings import Range, Refusal
from cnnviz.ui.cache import network_of
from cnnviz.ui.sandbox.state import BIASES, FIELD, OWN, START, is_locked, whole
from cnnviz.ui.session import current_run
from cnnviz.ui.widgets import pick_run, pick_step

SOURCES = {"named": "Named", "learned": "Learned", "random": "Random"}
RANDOM_WEIGHTS = (-3, 3)


@dataclass(frozen=True)
class Kernel:
    """What the learner has chosen: the weights as text, and what goes with them."""

    text: str
    groups: int
    bias: Array  # (c_out,)

    def operation(self, image: Array, settings: Mapping[str, Any]) -> Operation:
        """The convolution; Refusal when the text is no kernel or the pieces do not fit."""
        weights = parse_kernels(self.text)
        size = (weights.shape[2], weights.shape[3])
        return Operation(image, ConvolutionSettings(size, groups=self.groups, **settings), weights, self.bias)


def choose_kernel(image: Array | Refusal) -> Kernel:
    """The pickers of the kernels for an image."""
    c_in = None if isinstance(image, Refusal) else len(image)
    pickers = st.container()
    groups = whole("Groups", Range(1, MOST_CHANNELS["in"]), 1, "groups")
    with pickers:
        text = _choose_text(c_in, groups)
    with suppress(Refusal):
        return Kernel(text, groups, _choose_bias(len(parse_kernels(text))))
    return Kernel(text, groups, np.zeros(1))


def _choose_text(c_in: int | None, groups: int) -> str:
    _fit_slices(c_in, groups)
    kind = st.segmented_control(
        "Kernel",
        list(SOURCES),
        default="named",
        required=True,
        wrap=True,
        format_func=SOURCES.__getitem__,
        key="weights_from",
    )
    with suppress(Refusal):  # said where the picture would stand
        {"learned": _learned, "random": _random}.get(str(kind), _named)()
    sizes = st.container()
    text = str(
        st.text_input(
            "Rows end with ; slices with | and kernels with ||", START.kernel, key="kernel", bind="query-params"
        )
    )
    with sizes, suppress(Refusal):
        _resize(parse_kernels(text))
    return text


def _current() -> Array:
    """The weights as they stand now; Refusal when the text is none."""
    return parse_kernels(str(st.session_state.get("kernel", START.kernel)))


def _write(weights: Array) -> None:
    st.session_state["kernel"] = format_kernels(weights)


def _fit_slices(c_in: int | None, groups: int) -> None:
    """When the input or the groups have changed, as many slices per kernel as it reads channels."""
    wanted = None if c_in is None or c_in % groups else c_in // groups
    before = st.session_state.get("slices_wanted")
    if wanted is not None:
        st.session_state["slices_wanted"] = wanted
    if before is not None and wanted is not None and before != wanted:
        with suppress(Refusal):
            _write(with_slices(_current(), wanted))


def _named() -> None:
    with suppress(Refusal):
        cells = _current()[0, :1]
        same = (name for name, spec in KERNELS.items() if np.array_equal(spec.cells, cells))
        st.session_state["named"] = next(same, OWN)
    st.selectbox(
        "Name",
        [*KERNELS, OWN],
        format_func=lambda name: KERNELS[name].label if name in KERNELS else "Your own",
        key="named",
        on_change=_apply_named,
    )
    if st.session_state["named"] in KERNELS:
        st.caption(KERNELS[st.session_state["named"]].lesson)


def _apply_named() -> None:
    name = st.session_state["named"]
    if name in KERNELS:
        try:
            count, slices = _current().shape[:2]
        except Refusal:
            count, slices = 1, 1
        _write(with_kernels(with_slices(KERNELS[name].cells[None], slices), count))


def _learned() -> None:
    """The first-layer kernels of the run and snapshot of all pages."""
    run = current_run()
    if run is None:
        st.info("Train a network first; its first kernels can then be used here.", icon="🔎")
        return
    pick_run(run)
    step = pick_step(run)
    kernels = first_kernels(network_of(run.id, step))
    if kernels is None:
        st.info("The first layer of this network is dense and has no kernels; choose another run.", icon="🔎")
        return
    first = whole("Kernel number", Range(0, len(kernels) - 1), 0, "learned")
    count, slices = _current().shape[:2]
    if _is_new(("learned", run.id, step, first, count, slices)):
        chosen = np.take(kernels, range(first, first + count), axis=0, mode="wrap")[:, :1]
        short = np.array([float(str(weight)) for weight in chosen.ravel()])  # the shortest text of each float32
        _write(with_slices(short.reshape(chosen.shape), slices))


def _random() -> None:
    seed = whole("Seed of the kernel", Range(0, 9999), 0, "kernel_seed", shape=FIELD)
    count, slices, rows, columns = _current().shape
    if _is_new(("random", seed, count, slices, rows, columns)):
        low, high = RANDOM_WEIGHTS
        cells = random_matrix(rows, columns, seed, channels=count * slices, low=low, high=high)
        _write(cells.reshape(count, slices, rows, columns))


def _is_new(wish: tuple[object, ...]) -> bool:
    """Whether this was not the wish that wrote the weights last; an edited weight stays."""
    known = st.session_state.get("weights_wish")
    st.session_state["weights_wish"] = wish
    return known != wish


def _resize(weights: Array) -> None:
    """Sliders that show the shape of the weights, and change it."""
    count, _, *size = weights.shape
    limits = LIMITS["kernel_size"]
    low, high = int(limits.low), int(limits.high)
    if is_locked() and size[0] == size[1]:
        st.session_state["kernel_rows"] = size[0]
        st.slider("Kernel size", low, high, key="kernel_rows", on_change=_apply_size, args=(True,))
    else:
        for name, column, value in zip(AXES, st.columns(2), size, strict=True):
            st.session_state[f"kernel_{name}"] = value
            with column:
                st.slider(f"Kernel {name}", low, high, key=f"kernel_{name}", on_change=_apply_size, args=(False,))
    st.session_state["output_channels"] = count
    st.slider("Output channels", 1, MOST_CHANNELS["out"], key="output_channels", on_change=_apply_count)


def _apply_size(square: bool) -> None:
    rows = int(st.session_state["kernel_rows"])
    columns = rows if square else int(st.session_state["kernel_columns"])
    _write(np.array([resize_matrix(kernel, rows, columns) for kernel in _current()]))


def _apply_count() -> None:
    _write(with_kernels(_current(), int(st.session_state["output_channels"])))


def change_weight(edited: object, flip: bool) -> None:
    """Give one weight a number, as the picture tells it: (output channel, slice, row, column, number).

    Raises:
        Refusal: it is something else.
    """
    weights = _current()
    told = list(edited) if isinstance(edited, (list, tuple)) and len(edited) == 5 else [None] * 5
    *place, value = told
    if not all(type(k) is int and 0 <= k < side for k, side in zip(place, weights.shape, strict=True)):
        raise Refusal("a weight is told by its place and its number; click it again.")
    Range(-LARGEST_VALUE, LARGEST_VALUE, whole=False).check("weight", value)
    channel, part, row, column = place
    if flip:
        row, column = weights.shape[2] - 1 - row, weights.shape[3] - 1 - column
    weights[channel, part, row, column] = value
    _write(weights)


def fit_kernel(size: tuple[int, int], slices: int) -> None:
    """Cut or fill the weights to a size and a number of slices; from a callback."""
    _write(np.array([resize_matrix(kernel, *size) for kernel in with_slices(_current(), slices)]))


def _choose_bias(count: int) -> Array:
    """One number per output channel, added to each of its cells, (count,)."""
    names = ["Bias"] if count == 1 else [f"Bias {channel}" for channel in range(count)]
    columns = st.columns(count)
    values = []
    for name, key, column in zip(names, BIASES, columns, strict=False):
        with column:
            values.append(st.number_input(name, -1000.0, 1000.0, 0.0, 0.5, key=key, bind="query-params"))
    return np.array([float(value or 0.0) for value in values])
