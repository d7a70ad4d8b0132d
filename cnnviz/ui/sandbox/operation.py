"""The chosen pieces put together, drawn, and explained below the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnnviz.convolution import ConvolutionSettings, Operation
from cnnviz.convolution_check import largest_difference, snippet
from cnnviz.costs import LayerCost
from cnnviz.presets import PRESETS
from cnnviz.records import Array
from cnnviz.settings import Refusal
from cnnviz.ui.components.convolution_view import convolution_view
from cnnviz.ui.sandbox.inputs import Input, Waiting
from cnnviz.ui.sandbox.kernels import Kernel, change_weight
from cnnviz.ui.sandbox.settings import offer_remedy
from cnnviz.ui.sandbox.state import OWN
from cnnviz.ui.sandbox.words import cost_lines, shapes_sentence, size_formulas, unused_sentence
from cnnviz.ui.session import forget, recall, remember

VIEW = "convolution_view"


def put_together(image: Array | Refusal, kernel: Kernel | None, settings: Mapping[str, Any]) -> Operation | Refusal:
    """What the pieces make, or why they make nothing; without a kernel it is a pooling."""
    if isinstance(image, Refusal):
        return image
    try:
        return kernel.operation(image, settings) if kernel else Operation(image, ConvolutionSettings(**settings))
    except Refusal as refusal:
        return refusal


def draw(operation: Operation | Refusal, image: Array | Refusal) -> None:
    """The picture; where there is none, why, and a way out."""
    if isinstance(operation, Waiting):
        st.info(str(operation), icon="👉")
    elif isinstance(operation, Refusal):
        offer_remedy(operation, 1 if isinstance(image, Refusal) else len(image))
    else:
        flip = operation.settings.flip
        convolution_view(operation, key=VIEW, pinned=_pinned(operation), on_pin=_keep_pin, on_edit=lambda: _edit(flip))


def _pinned(operation: Operation) -> tuple[int, int, int] | None:
    """The output cell that the address holds, None when there is no such cell."""
    numbers = (recall("cell") or "").split("-")
    if len(numbers) != 3 or not all(number.isascii() and number.isdigit() and len(number) < 4 for number in numbers):
        return None
    cell = (int(numbers[0]), int(numbers[1]), int(numbers[2]))
    return cell if all(k < side for k, side in zip(cell, operation.output.shape, strict=True)) else None


def _keep_pin() -> None:
    pinned = st.session_state[VIEW].pinned
    if isinstance(pinned, list) and len(pinned) == 3 and all(type(k) is int and 0 <= k < 1000 for k in pinned):
        remember("cell", "-".join(map(str, pinned)))
    else:
        forget("cell")


def _edit(flip: bool) -> None:
    try:
        change_weight(st.session_state[VIEW].edited, flip)
    except Refusal as refusal:
        st.toast(str(refusal), icon="✋")


def example_of(operation: Operation | Refusal) -> str:
    """The worked example that is shown, or OWN."""
    if isinstance(operation, Refusal):
        return OWN
    return next((name for name, preset in PRESETS.items() if _same(preset.operation, operation)), OWN)


def _same(preset: Operation, shown: Operation) -> bool:
    pieces = ((preset.image, shown.image), (preset.weights, shown.weights), (preset.biases, shown.biases))
    return preset.settings == shown.settings and all(_equal(ours, theirs) for ours, theirs in pieces)


def _equal(ours: Array | None, theirs: Array | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return ours.shape == theirs.shape and bool((ours == theirs).all())


def explain(operation: Operation, source: Input) -> None:
    """What stands below the picture: sizes, costs, the same in PyTorch."""
    size, cost = st.columns(2, gap="large")
    with size:
        st.subheader("Size of the output", anchor=False)
        st.latex(r" \\[6pt] ".join(size_formulas(operation)))
        st.markdown(f"{shapes_sentence(operation)} {unused_sentence(operation)}")
    with cost:
        st.subheader("What it costs", anchor=False)
        st.markdown("\n".join(f"- {line}" for line in cost_lines(LayerCost.of(operation))))
    st.subheader("The same in PyTorch", anchor=False)
    st.code(snippet(operation, source.expression), language="python", height=260)
    st.caption(f"Checked against PyTorch: largest difference {largest_difference(operation):.1g}")
