"""The controls of the convolution page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cnnviz.convolution.layer_language import NETWORK
from cnnviz.convolution.learning import LIMITS as LEARNING_LIMITS
from cnnviz.convolution.learning import LearningSettings
from cnnviz.convolution.matrices import LONGEST_TEXT
from cnnviz.convolution.settings import (
    ACTIVATIONS,
    AXES,
    LIMITS,
    MOST_CHANNELS,
    PADDING_MODES,
    POOLING,
)
from cnnviz.datasets import DATASETS
from cnnviz.language import mark
from cnnviz.refusal import Range, Refusal, quoted
from cnnviz.ui.convolution.inputs import keep_picture
from cnnviz.ui.convolution.knobs import BIASES, PAIRS, START, columns_like_rows
from cnnviz.ui.convolution.learning import RATES
from cnnviz.ui.convolution.stack import START as FIRST_STACK
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import Control, number, switch, text, word
from cnnviz.ui.frame.pickers import OWN
from cnnviz.ui.frame.session import RUN, STEP

OPERATIONS: Mapping[str, str] = {
    "convolution": mark("Convolution"),
    "transposed": mark("Transposed"),
    "max_pool": mark("Max pool"),
    "average_pool": mark("Average pool"),
}
INPUTS: Mapping[str, str] = {
    "matrix": mark("Matrix"),
    "digit": mark("Digit"),
    "random": mark("Random"),
    "picture": mark("Picture"),
    "drawing": mark("Drawing"),
}
COLOURS: Mapping[str, str] = {"grey": mark("Grey"), "rgb": mark("RGB")}
FRAMES: Mapping[str, str] = {OWN: mark("Own"), "valid": mark("Valid"), "same": mark("Same"), "full": mark("Full")}
SOURCES: Mapping[str, str] = {"named": mark("Named"), "learned": mark("Learned"), "random": mark("Random")}
SEEDS = Range(0, 9999)
KERNELS = Range(0, NETWORK.limits["channels"].high - 1)  # of the first layer of a network
CELL = re.compile(r"[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3}")


def _begin_operation() -> None:
    """A pooling begins with windows side by side, and never with padding that it cannot have."""
    pooling = at("operation") in POOLING
    put(**{f"stride_{axis}": 2 if pooling else 1 for axis in AXES})
    if pooling:
        put(**{f"window_{axis}": 2 for axis in AXES}, **{f"padding_{axis}": 0 for axis in AXES})


def _cell(given: str) -> str:
    """A place in the output: channel, row, column."""
    if not CELL.fullmatch(given):
        raise Refusal(mark("cell is written like 0-2-1: channel, row, column; it is {given}."), given=quoted(given))
    return given


CONTROLS: Sequence[Control] = (
    word("operation", OPERATIONS, "convolution", _begin_operation),
    word("input", INPUTS, "matrix"),
    text("matrix", START.matrix, LONGEST_TEXT),
    word("dataset", {name: spec.label for name, spec in DATASETS.items()}, "mnist"),
    number("digit", Range(0, 9999)),
    number("rows", Range(1, 28), 8),
    number("columns", Range(1, 28), 8),
    number("channels", Range(1, MOST_CHANNELS["in"])),
    number("seed", SEEDS),
    word("colour", COLOURS, "grey", keep_picture),
    Control("picture", None, str),  # read where it is shown
    Control("drawing", None, str),
    text("kernel", START.kernel, LONGEST_TEXT),
    word("weights_from", SOURCES, "named", written=False),  # the text of the kernel says what it is
    RUN,
    STEP,
    number("learned", KERNELS),
    number("kernel_seed", SEEDS),
    number("groups", Range(1, MOST_CHANNELS["in"])),
    switch("lock", True, columns_like_rows),
    word("frame", FRAMES, OWN),
    word("padding_mode", PADDING_MODES, "zeros"),
    switch("flip"),
    switch("ceil_mode"),
    switch("count_include_pad", True),
    word("activation", ACTIVATIONS, "none"),
    *(number(name, Range(-1000, 1000, whole=False), 0.0) for name in BIASES),
    *(number(f"{name}_{axis}", LIMITS[name]) for name in PAIRS if name != "window" for axis in AXES),
    *(number(f"window_{axis}", LIMITS["kernel_size"], 2) for axis in AXES),
    Control("cell", None, _cell),
    switch("pytorch"),
    switch("learn"),
    number("rate", LEARNING_LIMITS["learning rate"], LearningSettings.rate, RATES),
    number("learning_steps", LEARNING_LIMITS["steps"], LearningSettings.steps),
    number("learning_seed", LEARNING_LIMITS["seed"], LearningSettings.seed),
    switch("stacked"),
    text("stack", FIRST_STACK.text, LONGEST_TEXT),
)
