"""Where the weights come from: a named kernel, a trained network, chance, or the learner. Their text is the truth."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import streamlit as st

from cnnviz.arrays import Array
from cnnviz.convolution.kernels import KERNELS
from cnnviz.convolution.matrices import (
    LARGEST_VALUE,
    format_kernels,
    parse_kernels,
    random_matrix,
    resize_matrix,
    with_kernels,
    with_slices,
)
from cnnviz.convolution.settings import LIMITS, MOST_CHANNELS
from cnnviz.language import say, sentence
from cnnviz.refusal import Range, Refusal
from cnnviz.ui.convolution.knobs import BIASES, START
from cnnviz.ui.frame.address import at, bound, just_read, put
from cnnviz.ui.frame.controls import buttons, field, slider
from cnnviz.ui.frame.pickers import OWN, mirror, pick
from cnnviz.ui.frame.run_bar import pick_run
from cnnviz.ui.frame.session import current_run
from cnnviz.ui.frame.time_machine import current_snapshot, pick_snapshot

RANDOM_WEIGHTS = (-3, 3)


def current_weights() -> Array:
    """The weights of the text, (c_out, slices, rows, columns); Refusal when it is none."""
    return parse_kernels(at("kernel"))


def current_bias(count: int) -> Array:
    """One number per output channel, (count,)."""
    return np.array([at(key) for key in BIASES[:count]])


def write_weights(weights: Array) -> None:
    """Make these the weights."""
    put(kernel=format_kernels(weights))


def settle_weights(c_in: int | None) -> None:
    """Before anything is drawn: the weights fit the channels of the input, and are those of the source chosen."""
    with suppress(Refusal):  # said where the picture would stand
        _fit_slices(c_in, at("groups"))
        {"named": _take_named, "learned": _take_learned, "random": _take_random}[at("weights_from")]()


def keep_weights() -> None:
    """After their text was edited: it stays as it is until another source is chosen, or another part of it."""
    st.session_state["weights_edited"] = True


def _fit_slices(c_in: int | None, groups: int) -> None:
    """When the input or the groups have changed, as many slices per kernel as it reads channels."""
    if c_in is None:  # the kernels wait for the input as it will come
        st.session_state["slices_wanted"] = current_weights().shape[1]
    elif c_in % groups == 0:
        wanted, before = c_in // groups, st.session_state.get("slices_wanted")
        st.session_state["slices_wanted"] = wanted
        if before is not None and before != wanted:
            write_weights(with_slices(current_weights(), wanted))


def _take_named() -> None:
    _is_new(("named",))  # a name is applied when it is chosen


def _take_learned() -> None:
    run = current_run()
    seen = None if run is None else current_snapshot(run)
    kernels = None if seen is None else seen.first_kernels
    if seen is None or kernels is None:
        return
    if at("learned") >= len(kernels):
        put(learned=len(kernels) - 1)
    first = at("learned")
    count, slices = current_weights().shape[:2]
    if _is_new(("learned", seen.run.id, seen.step, first, count, slices)):
        chosen = np.take(kernels, range(first, first + count), axis=0, mode="wrap")[:, :1]
        short = np.array([float(str(weight)) for weight in chosen.ravel()])  # the shortest text of each float32
        write_weights(with_slices(short.reshape(chosen.shape), slices))


def _take_random() -> None:
    seed = at("kernel_seed")
    count, slices, rows, columns = current_weights().shape
    if _is_new(("random", seed, count, slices, rows, columns)):
        low, high = RANDOM_WEIGHTS
        cells = random_matrix(rows, columns, seed, channels=count * slices, low=low, high=high)
        write_weights(cells.reshape(count, slices, rows, columns))


def _is_new(source: tuple[object, ...]) -> bool:
    """Whether the source has changed since it gave the weights; edited weights are kept, and those of a link."""
    known, edited = st.session_state.get("weights_source"), st.session_state.pop("weights_edited", False)
    st.session_state["weights_source"] = source
    linked = just_read() and at("kernel") != START.kernel
    return known != source and not edited and not linked


# ------------------------------------------------------------------ widgets


def choose_kernel() -> None:
    """Where the weights come from, and their text."""
    buttons(say("Kernel"), "weights_from")
    {"learned": _choose_learned, "random": _choose_random}.get(at("weights_from"), _choose_named)()
    label = say("Rows end with ; slices with | and kernels with ||")
    st.text_area(label, height=68, **bound("kernel", value=at("kernel")))


def choose_channels() -> None:
    """How many kernels there are, the bias of each, and the groups of channels that they read."""
    with suppress(Refusal):
        count = len(current_weights())
        arguments = mirror("output_channels", count, _apply_count)
        st.slider(say("Output channels"), 1, MOST_CHANNELS["out"], count, **arguments)
        _choose_bias(count)
    slider(say("Groups"), "groups")


def _choose_named() -> None:
    now = OWN
    with suppress(Refusal):
        cells = current_weights()[0, :1]
        now = next((name for name, spec in KERNELS.items() if np.array_equal(spec.cells, cells)), OWN)
    with st.container(key="named_place", gap="xxsmall"):
        pick(say("Name"), "named", KERNELS, now, _apply_named)
        if now in KERNELS and at("flip") != (at("operation") == "transposed"):
            st.caption(say("So it does as a convolution that does not flip it; here it works turned by half a turn."))


def _apply_named(name: str) -> None:
    try:
        count, slices = current_weights().shape[:2]
    except Refusal:
        count, slices = 1, 1
    write_weights(with_kernels(with_slices(KERNELS[name].cells[None], slices), count))


def _choose_learned() -> None:
    run = current_run()
    if run is None:
        st.info(say("Train a network first; its first kernels can then be used here."), icon=":material/search:")
        return
    pick_run(run)
    if current_snapshot(run) is None:
        st.info(say("This run has no weights yet; choose another one."), icon=":material/search:")
        return
    kernels = pick_snapshot(run).first_kernels
    if kernels is None:
        st.info(
            say("The first layer of this network is dense and has no kernels; choose another run."),
            icon=":material/search:",
        )
        return
    if len(kernels) > 1:
        slider(say("Kernel number"), "learned", most=len(kernels) - 1)


def _choose_random() -> None:
    field(say("Seed of the kernel"), "kernel_seed")


def choose_size() -> None:
    """Sliders that show the size of the kernels, and change it."""
    try:
        rows, columns = current_weights().shape[2:]
    except Refusal:  # said where the picture would stand
        st.caption(say("There is no kernel."))
        return
    limits = LIMITS["kernel_size"]
    low, high = int(limits.low), int(limits.high)
    if at("lock") and rows == columns:
        arguments = mirror("kernel_rows", rows, lambda size: _resize(size, size))
        st.slider(say("Kernel size"), low, high, rows, **arguments)
        return
    arguments = mirror("kernel_rows", rows, lambda size: _resize(size, columns))
    st.slider(say("Kernel rows"), low, high, rows, **arguments)
    arguments = mirror("kernel_columns", columns, lambda size: _resize(rows, size))
    st.slider(say("Kernel columns"), low, high, columns, **arguments)


def _resize(rows: int, columns: int) -> None:
    write_weights(np.array([resize_matrix(kernel, rows, columns) for kernel in current_weights()]))


def _apply_count(count: int) -> None:
    write_weights(with_kernels(current_weights(), count))


def _choose_bias(count: int) -> None:
    names = [say("Bias")] if count == 1 else [say("Bias {channel}", channel=channel) for channel in range(count)]
    for name, key, column in zip(names, BIASES, st.columns(count), strict=False):
        with column:
            field(name, key)


def edited(weights: Array, told: object, flip: bool) -> Array:
    """Weights of which one has another number, as the picture tells it: (output channel, slice, row, column, number).

    Raises:
        Refusal: it is something else.
    """
    *place, value = list(told) if isinstance(told, (list, tuple)) and len(told) == 5 else [None] * 5
    if not all(type(k) is int and 0 <= k < side for k, side in zip(place, weights.shape, strict=True)):
        raise Refusal("a weight is told by its place and its number; click it again.")
    Range(-LARGEST_VALUE, LARGEST_VALUE, whole=False).check(sentence("weight"), value)
    channel, part, row, column = place
    if flip:
        row, column = weights.shape[2] - 1 - row, weights.shape[3] - 1 - column
    changed = weights.copy()
    changed[channel, part, row, column] = value
    return changed


def fit_kernel(size: tuple[int, int], slices: int) -> None:
    """Cut or fill the weights to a size and a number of slices; from a callback."""
    write_weights(np.array([resize_matrix(kernel, *size) for kernel in with_slices(current_weights(), slices)]))
