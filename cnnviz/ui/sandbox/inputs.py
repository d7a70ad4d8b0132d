"""Where the image under the kernel comes from: a matrix, a digit, chance, a picture, or the learner's hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from cnnviz import datasets, pixels
from cnnviz.convolution import MOST_CHANNELS
from cnnviz.matrices import image_from_pixels, parse_matrix, random_matrix
from cnnviz.records import Array
from cnnviz.settings import Range, Refusal
from cnnviz.ui.components.drawing_pad import drawing_pad
from cnnviz.ui.sandbox.state import FIELD, START, whole
from cnnviz.ui.session import recall, remember

INPUTS = {"matrix": "Matrix", "digit": "Digit", "random": "Random", "picture": "Picture", "drawing": "Drawing"}
COLOURS = {"grey": "Grey", "rgb": "RGB"}


class Waiting(Refusal):
    """Nothing is wrong: the learner has not chosen yet."""


@dataclass(frozen=True)
class Input:
    """How to come by the image under the kernel, and how to say it in Python where the numbers are too many."""

    read: Callable[[], Array]  # (C, H, W); raises Refusal
    expression: str | None = None


def choose_input() -> Input:
    """The picker of the kind of input, and the controls of the chosen one."""
    kind = st.segmented_control(
        "Input",
        list(INPUTS),
        default="matrix",
        required=True,
        wrap=True,
        format_func=INPUTS.__getitem__,
        key="input",
        bind="query-params",
    )
    return {"digit": _digit, "random": _random, "picture": _picture, "drawing": _drawing}.get(str(kind), _matrix)()


def read(source: Input) -> Array | Refusal:
    """The image (C, H, W), or why there is none."""
    try:
        return source.read()
    except Refusal as refusal:
        return refusal


def _matrix() -> Input:
    text = st.text_area(
        "Rows end with ; and channels with |", START.matrix, key="matrix", height=100, bind="query-params"
    )
    return Input(partial(parse_matrix, str(text), "input"))


def _digit() -> Input:
    name = datasets.default()
    images = datasets.load(name).test_images
    index = whole("Test image", Range(0, len(images) - 1), 0, "digit")
    st.caption(f"Image {index} of {datasets.DATASETS[name].label}, pixels 0 to 1")
    expression = f'torch.tensor(datasets.load("{name}").test_images[{index}] / 255, dtype=torch.float)[None, None]'
    return Input(partial(image_from_pixels, images[index]), expression)


def _random() -> Input:
    rows, columns = st.columns(2)
    with rows:
        height = whole("Rows", Range(1, 28), 8, "rows")
        channels = whole("Channels", Range(1, MOST_CHANNELS["in"]), 1, "channels")
    with columns:
        width = whole("Columns", Range(1, 28), 8, "columns")
        seed = whole("Seed", Range(0, 9999), 0, "seed", shape=FIELD)
    return Input(partial(random_matrix, height, width, seed, channels=channels))


def _picture() -> Input:
    st.segmented_control(
        "Channels",
        list(COLOURS),
        default="grey",
        required=True,
        wrap=True,
        format_func=COLOURS.__getitem__,
        key="colour",
        bind="query-params",
        on_change=_keep_picture,
    )
    st.file_uploader("PNG or JPEG", ["png", "jpg", "jpeg"], key="upload", on_change=_keep_picture)
    problem = st.session_state.get("upload_problem")
    if problem:
        st.error(problem, icon="✋")
    return Input(partial(_carried, "picture", "Choose a PNG or JPEG file; it is reduced to 28 pixels a side."))


def _keep_picture() -> None:
    """The uploaded file as pixels in the address, or what is wrong with it."""
    file = st.session_state.get("upload")
    st.session_state["upload_problem"] = None
    if file is None:
        return
    try:
        remember(
            "picture", pixels.encode(pixels.from_file(file.getvalue(), colour=st.session_state["colour"] == "rgb"))
        )
    except Refusal as refusal:
        message = str(refusal)
        st.session_state["upload_problem"] = message[0].upper() + message[1:]


def _drawing() -> Input:
    try:
        shown = pixels.decode(recall("drawing") or "")
    except Refusal:
        shown = None
    drawing_pad(shown, key="drawing_pad", on_draw=_keep_drawing)
    return Input(partial(_carried, "drawing", "Draw with the mouse or a finger."))


def _keep_drawing() -> None:
    """What was drawn as pixels in the address."""
    try:
        remember("drawing", pixels.encode(pixels.from_strokes(st.session_state["drawing_pad"].drawn)))
    except Refusal as refusal:
        st.toast(str(refusal), icon="✋")


def _carried(name: str, invitation: str) -> Array:
    text = recall(name)
    if text is None:
        raise Waiting(invitation)
    values = pixels.decode(text)
    if pixels.is_blank(values):
        st.caption("The picture is blank: every pixel is the same.")
    return image_from_pixels(values)
