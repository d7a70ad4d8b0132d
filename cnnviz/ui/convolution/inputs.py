"""Where the image under the kernel comes from: a matrix, a digit, chance, a picture, or the learner's hand."""

from __future__ import annotations

import base64
from dataclasses import dataclass

import streamlit as st

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.convolution.matrices import INPUT, image_from_pixels, parse_matrix, random_matrix
from cnnviz.datasets import pictures
from cnnviz.language import mark, say, sentence
from cnnviz.refusal import Refusal
from cnnviz.ui.components.drawing_pad import drawing_pad
from cnnviz.ui.components.picture_picker import picture_picker
from cnnviz.ui.frame.address import at, bound, put
from cnnviz.ui.frame.controls import buttons, field, slider
from cnnviz.ui.frame.refusals import gesture


class Waiting(Refusal):
    """Nothing is wrong: the learner has not chosen yet."""


@dataclass(frozen=True)
class Input:
    """The image under the kernel, or why there is none; in Python words where its numbers are too many."""

    image: Array | Refusal  # (C, H, W)
    expression: str | None = None
    is_picture: bool = False  # which is drawn grey; else its numbers are

    @property
    def channels(self) -> int | None:
        """How many there are, None without an image."""
        return None if isinstance(self.image, Refusal) else len(self.image)


def current_input() -> Input:
    """What the controls make."""
    try:
        return READ[at("input")]()
    except Refusal as refusal:
        return Input(refusal)


def _matrix() -> Input:
    return Input(parse_matrix(at("matrix"), INPUT))


def _dataset() -> str:
    """The data set chosen; the one that is always here while it is not."""
    return str(at("dataset")) if datasets.is_available(at("dataset")) else datasets.default()


def _digit() -> Input:
    name = _dataset()
    images = datasets.load(name).test_images
    index = min(at("digit"), len(images) - 1)
    expression = f'torch.tensor(datasets.load("{name}").test_images[{index}] / 255, dtype=torch.float)[None, None]'
    return Input(image_from_pixels(images[index]), expression, is_picture=True)


def _random() -> Input:
    return Input(random_matrix(at("rows"), at("columns"), at("seed"), channels=at("channels")))


def _picture() -> Input:
    text = at("picture")
    if text is None:
        raise Waiting(mark("Choose a PNG or JPEG file; it is reduced to 28 pixels a side."))
    pixels = pictures.coloured(pictures.decode(text), colour=at("colour") == "rgb")
    return Input(image_from_pixels(pixels), is_picture=True)


def _drawing() -> Input:
    text = at("drawing")
    pixels = pictures.BLANK if text is None else pictures.decode(text)
    return Input(image_from_pixels(pictures.coloured(pixels, colour=False)), is_picture=True)


READ = {"matrix": _matrix, "digit": _digit, "random": _random, "picture": _picture, "drawing": _drawing}


def choose_input(shown: Input) -> None:
    """The picker of the kind of input, and the controls of the chosen one."""
    buttons(say("Input"), "input")
    CHOOSE[at("input")]()
    drawn_or_chosen = at("input") in ("picture", "drawing") and at(at("input")) is not None
    told = at("input") == "picture" and picture_problem() is not None  # then nothing is said of the picture before
    if drawn_or_chosen and not told and not isinstance(shown.image, Refusal) and pictures.is_blank(shown.image):
        st.caption(say("The picture is blank: every pixel is the same."))


def _choose_matrix() -> None:
    st.text_area(say("Rows end with ; and channels with |"), height=100, **bound("matrix", value=at("matrix")))


def _choose_digit() -> None:
    here = {name: spec.label for name, spec in datasets.DATASETS.items() if datasets.is_available(name)}
    if at("dataset") in here:
        buttons(say("Data set"), "dataset", here)
    most = len(datasets.load(_dataset()).test_labels) - 1
    if at("digit") > most:
        put(digit=most)
    slider(say("Test image"), "digit", most=most)
    label = sentence(datasets.DATASETS[_dataset()].label)
    st.caption(say("A test image of {dataset}, pixels 0 to 1", dataset=label))


def _choose_random() -> None:
    rows, columns = st.columns(2)
    with rows:
        slider(say("Rows"), "rows")
        slider(say("Channels"), "channels")
    with columns:
        slider(say("Columns"), "columns")
        field(say("Seed"), "seed")


def _choose_picture() -> None:
    buttons(say("Channels"), "colour")
    picture_picker(key="picture_picker", on_choose=gesture(_keep_picture))
    problem = picture_problem()
    if problem:
        st.error(problem, icon=":material/block:")
        if at("picture") is not None:
            st.caption(say("The picture before it is still shown."))


def picture_problem() -> str | None:
    """What is wrong with the file that was chosen last; None when nothing is, or another picture has come since."""
    refusal, shown = st.session_state.get("picture_problem", (None, None))
    if refusal is None or shown != at("picture"):
        return None
    message = str(refusal)
    return message[0].upper() + message[1:]


def _keep_picture() -> None:
    """The chosen file as pixels in the address, in its colours; or what is wrong with it."""
    st.session_state.pop("picture_problem", None)
    try:
        content = file_of(st.session_state["picture_picker"].chosen)
        put(picture=pictures.encode(pictures.from_file(content, colour=True)))
    except Refusal as refusal:
        st.session_state["picture_problem"] = refusal, at("picture")


def file_of(told: object) -> bytes:
    """The file that the browser tells: its size in bytes, and itself in base64.

    Raises:
        Refusal: it is too large, or something else.
    """
    size, text = told if isinstance(told, list) and len(told) == 2 else (None, None)
    if type(size) is int and text is None:
        raise pictures.too_large(size)
    if not isinstance(text, str) or len(text) > 2 * pictures.LARGEST_FILE:
        raise Refusal("a picture is told by its size and its content; choose it again.")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Refusal("a picture is told by its size and its content; choose it again.") from None


def _choose_drawing() -> None:
    try:
        shown = pictures.decode(at("drawing") or "")
    except Refusal:
        shown = None
    drawing_pad(shown, key="drawing_pad", on_draw=gesture(_keep_drawing))
    if at("drawing") is None:
        st.caption(say("Draw with the mouse or a finger."))


def _keep_drawing() -> None:
    """What was drawn as pixels in the address."""
    try:
        put(drawing=pictures.encode(pictures.from_strokes(st.session_state["drawing_pad"].drawn)))
    except Refusal as refusal:
        st.toast(str(refusal), icon=":material/block:")


CHOOSE = {
    "matrix": _choose_matrix,
    "digit": _choose_digit,
    "random": _choose_random,
    "picture": _choose_picture,
    "drawing": _choose_drawing,
}
