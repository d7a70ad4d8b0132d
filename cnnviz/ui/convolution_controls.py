"""The widgets of the convolution lesson. The address carries input and kernel as text, and each setting by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from cnnviz import datasets
from cnnviz.convolution import AXES, LIMITS, Convolution, ConvolutionSettings, Misfit, Pair
from cnnviz.kernels import KERNELS, PRESETS, Preset
from cnnviz.matrices import (
    LARGEST_CHANNELS,
    LARGEST_VALUE,
    format_matrix,
    image_from_pixels,
    parse_matrix,
    random_matrix,
    resize_matrix,
)
from cnnviz.records import Array
from cnnviz.settings import Range, Refusal
from cnnviz.ui.session import keep_in_address

OWN = "own"
START = PRESETS["plain"]
INPUTS = {"matrix": "Matrix", "digit": "Digit", "random": "Random"}
LARGEST_KERNEL = int(LIMITS["kernel_size"].high)
_CELL_WIDTH = 62  # px


@dataclass(frozen=True)
class Input:
    """How to come by the image under the kernel, and how to say it in Python where the numbers are too many."""

    read: Callable[[], Array]  # (C, H, W); raises Refusal
    expression: str | None = None


def choose_example() -> Preset | None:
    """A picker of worked examples that shows which one the other widgets stand at. Comes after them."""
    st.session_state["example"] = next((name for name, preset in PRESETS.items() if _at(preset)), OWN)
    st.selectbox(
        "Example",
        [*PRESETS, OWN],
        format_func=lambda name: PRESETS[name].label if name in PRESETS else "Your own",
        key="example",
        on_change=_apply_example,
    )
    return PRESETS.get(st.session_state["example"])


def choose_input() -> Input:
    """A typed matrix, a digit of the data set, or random numbers."""
    kind = st.segmented_control(
        "Input",
        list(INPUTS),
        default="matrix",
        required=True,
        format_func=INPUTS.__getitem__,
        key="input",
        bind="query-params",
        on_change=_match_channels,
    )
    return {"digit": _digit, "random": _random}.get(str(kind), _matrix)()


def _matrix() -> Input:
    text = st.text_area(
        "Rows end with ; and channels with |", START.matrix, key="matrix", height=100, bind="query-params"
    )
    return Input(partial(parse_matrix, str(text), "input"))


def _digit() -> Input:
    name = datasets.default()
    images = datasets.load(name).test_images
    index = _whole("Test image", 0, len(images) - 1, 0, "digit")
    st.caption(f"Image {index} of {datasets.DATASETS[name].label}, pixels 0 to 1")
    expression = f'torch.tensor(datasets.load("{name}").test_images[{index}] / 255, dtype=torch.float)[None, None]'
    return Input(partial(image_from_pixels, images[index]), expression)


def _random() -> Input:
    rows, columns = st.columns(2)
    with rows:
        height = _whole("Rows", 1, 28, 8, "rows")
    with columns:
        width = _whole("Columns", 1, 28, 8, "columns")
    seed = _whole("Seed", 0, 9999, 0, "seed")
    return Input(partial(random_matrix, height, width, seed))


def choose_kernel() -> str:
    """A named kernel, its size, its cells one by one or as text; the text is the truth."""
    picker = st.container()
    text = str(st.text_input("Rows end with ; and channels with |", START.kernel, key="kernel", bind="query-params"))
    with picker:
        _name_kernel(text)
    with suppress(Refusal):  # said by convolution_of, where the picture would stand
        _edit_kernel(parse_matrix(text, "kernel", LARGEST_KERNEL))
    return text


def _edit_kernel(cells: Array) -> None:
    _, *size = cells.shape
    for name, column, value in zip(AXES, st.columns(2), size, strict=True):
        st.session_state[f"kernel_{name}"] = value
        with column:
            key = f"kernel_{name}"
            st.number_input(f"Kernel {name}", 1, LARGEST_KERNEL, key=key, on_change=_resize, args=(name, cells))
    _edit_cells(cells)


def _name_kernel(text: str) -> None:
    one_slice = text.split("|")[0].strip()
    st.session_state["named"] = next((name for name, spec in KERNELS.items() if spec.text == one_slice), OWN)
    st.selectbox(
        "Kernel",
        [*KERNELS, OWN],
        format_func=lambda name: KERNELS[name].label if name in KERNELS else "Your own",
        key="named",
        on_change=_apply_kernel,
    )
    if st.session_state["named"] in KERNELS:
        st.caption(KERNELS[st.session_state["named"]].lesson)


def _edit_cells(cells: Array) -> None:
    """One number input per weight; each rewrites the text, which is the truth."""
    for channel, cell_rows in enumerate(cells):
        for row, weights in enumerate(cell_rows):
            with st.container(horizontal=True, gap="xxsmall"):
                for column, weight in enumerate(weights):
                    place = (channel, row, column)
                    key = f"cell_{channel}_{row}_{column}"
                    st.session_state[key] = float(weight)
                    st.number_input(
                        f"Weight, channel {channel}, row {row}, column {column}",
                        -LARGEST_VALUE,
                        LARGEST_VALUE,
                        key=key,
                        format="%.4g",
                        label_visibility="collapsed",
                        width=_CELL_WIDTH,
                        on_change=_rewrite,
                        args=(place, cells),
                    )


def choose_steps() -> dict[str, Any]:
    """How the kernel moves, on each axis: ConvolutionSettings but for the size of the kernel."""
    st.toggle("Lock both axes", True, key="lock", bind="query-params")
    pairs = {name: _pair(name) for name in ("stride", "padding", "dilation")}
    flip = st.toggle(
        "Flip the kernel", key="flip", help="True convolution turns the kernel by half a turn.", bind="query-params"
    )
    return {**pairs, "flip": bool(flip)}


def choose_bias() -> float:
    """Added to every output cell."""
    value = st.number_input("Bias", -1000.0, 1000.0, 0.0, 0.5, key="bias", bind="query-params")
    return float(value or 0.0)


def _pair(name: str) -> Pair:
    limits = LIMITS[name]
    values = []
    for axis, column in zip(AXES, st.columns(2), strict=True):
        with column:
            label = f"{name.capitalize()}, {axis}"
            low, high = int(limits.low), int(limits.high)
            values.append(_whole(label, low, high, low, f"{name}_{axis}", _couple, (name, axis)))
    return values[0], values[1]


def _whole(label: str, low: int, high: int, start: int, key: str, on_change: Any = None, args: Any = None) -> int:
    """A whole number within limits, in the address; `start` where the address says nothing or nonsense."""
    limits = Range(low, high)
    keep_in_address(key, start, lambda text: int(limits.parse(label.lower(), text)))
    return int(st.number_input(label, low, high, key=key, on_change=on_change, args=args))


def offer_remedy(refusal: Refusal) -> None:
    """Say what does not fit, and offer the nearest thing that does."""
    st.error(f"This does not fit: {refusal}", icon="✋")
    if isinstance(refusal, Misfit):
        remedy = refusal.remedy
        changes = f"kernel {remedy.kernel_size[0]}x{remedy.kernel_size[1]}, padding {remedy.padding}"
        st.button(f"Use {changes}", key="remedy", on_click=_apply_remedy, args=(remedy,))
    else:
        st.button("Back to the first example", key="reset", on_click=_apply, args=(START,))


def convolution_of(source: Input, kernel: str, steps: Mapping[str, Any], bias: float) -> Convolution:
    """One output channel.

    Raises:
        Refusal: a text is no matrix, or the pieces do not fit together.
    """
    cells = parse_matrix(kernel, "kernel", LARGEST_KERNEL)
    _, rows, columns = cells.shape
    settings = ConvolutionSettings((rows, columns), **steps)
    return Convolution(source.read(), cells[None], np.array([bias]), settings)


# ------------------------------------------------------------------ callbacks: they alone write other widgets


def _state(preset: Preset) -> Mapping[str, Any]:
    """The widgets' values that make up a preset."""
    pairs = {"stride": preset.stride, "padding": preset.padding, "dilation": preset.dilation}
    steps = {f"{name}_{axis}": pair[i] for name, pair in pairs.items() for i, axis in enumerate(AXES)}
    texts = {"input": "matrix", "matrix": preset.matrix, "kernel": preset.kernel}
    return {**texts, **steps, "flip": preset.flip, "bias": preset.bias}


def _at(preset: Preset) -> bool:
    return all(st.session_state.get(key) == value for key, value in _state(preset).items())


def _apply(preset: Preset) -> None:
    st.session_state.update(_state(preset))


def _apply_example() -> None:
    if st.session_state["example"] in PRESETS:
        _apply(PRESETS[st.session_state["example"]])


def _apply_kernel() -> None:
    if st.session_state["named"] in KERNELS:
        st.session_state["kernel"] = " | ".join([KERNELS[st.session_state["named"]].text] * _channels())


def _match_channels() -> None:
    """As many kernel slices as the input has channels."""
    slices = str(st.session_state["kernel"]).split("|")
    st.session_state["kernel"] = "|".join((slices * LARGEST_CHANNELS)[: _channels()]).strip()


def _channels() -> int:
    if st.session_state["input"] != "matrix":
        return 1
    return min(str(st.session_state.get("matrix", START.matrix)).count("|") + 1, LARGEST_CHANNELS)


def _rewrite(place: tuple[int, int, int], cells: Array) -> None:
    """The text of the kernel with one weight changed."""
    changed = cells.copy()
    changed[place] = st.session_state["cell_{}_{}_{}".format(*place)] or 0.0
    st.session_state["kernel"] = format_matrix(changed)


def _resize(axis: str, cells: Array) -> None:
    _couple("kernel", axis)
    rows, columns = (int(st.session_state[f"kernel_{name}"]) for name in AXES)
    st.session_state["kernel"] = format_matrix(resize_matrix(cells, rows, columns))


def _couple(name: str, axis: str) -> None:
    """While the lock is on, the other axis follows."""
    if st.session_state["lock"]:
        for other in AXES:
            st.session_state[f"{name}_{other}"] = st.session_state[f"{name}_{axis}"]


def _apply_remedy(remedy: ConvolutionSettings) -> None:
    for i, axis in enumerate(AXES):
        st.session_state[f"padding_{axis}"] = remedy.padding[i]
    cells = parse_matrix(str(st.session_state["kernel"]), "kernel", LARGEST_KERNEL)
    if cells.shape[1:] != remedy.kernel_size:
        st.session_state["kernel"] = format_matrix(resize_matrix(cells, *remedy.kernel_size))
