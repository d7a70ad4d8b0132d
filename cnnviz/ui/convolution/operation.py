"""The chosen pieces put together, drawn, and explained below the picture."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cnnviz.arrays import Array
from cnnviz.convolution.costs import LayerCost
from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import POOLING, ConvolutionSettings
from cnnviz.convolution.words import cost_lines, shapes_sentence, size_formulas, unused_sentence
from cnnviz.language import mark, say
from cnnviz.refusal import Refusal
from cnnviz.ui.components.convolution_view import convolution_view
from cnnviz.ui.convolution.inputs import Input, Waiting
from cnnviz.ui.convolution.kernels import current_bias, current_weights, edited, write_weights
from cnnviz.ui.convolution.settings import current_settings, offer_remedy
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.notes import note
from cnnviz.ui.frame.pickers import OWN

VIEW = "convolution_view"
NOTES: Mapping[str, str] = {  # by operation: how the marked cells of the picture hang together
    "convolution": mark(
        "Each weight of the kernel is multiplied by the pixel under it; the products and the bias add up."
    ),
    "transposed": mark(
        "Each pixel spreads its products with the kernel over the output; where they meet, they add up."
    ),
    "max_pool": mark("The largest pixel of the marked window becomes the marked cell of the output."),
    "average_pool": mark("The mean of the marked window becomes the marked cell of the output."),
}


def current_operation(source: Input) -> Operation | Refusal:
    """What the controls make, or why they make nothing."""
    if isinstance(source.image, Refusal):
        return source.image
    settings = current_settings()
    try:
        if settings["operation"] in POOLING:
            return Operation(source.image, ConvolutionSettings(**settings))
        weights = current_weights()
        size = (weights.shape[2], weights.shape[3])
        return Operation(source.image, ConvolutionSettings(size, **settings), weights, current_bias(len(weights)))
    except Refusal as refusal:
        return refusal


def draw(operation: Operation | Refusal, source: Input) -> None:
    """The picture; where there is none, why, and a way out, in a place of the same height."""
    with st.container(key="convolution_stage"):
        if isinstance(operation, Waiting):
            st.info(str(operation), icon=":material/arrow_forward:")
        elif isinstance(operation, Refusal):
            offer_remedy(operation, source.channels or 1)
        else:
            _draw(operation, is_picture=source.is_picture)


def _draw(operation: Operation, *, is_picture: bool) -> None:
    flip = operation.settings.flip
    convolution_view(
        operation,
        key=VIEW,
        is_picture=is_picture,
        pinned=_pinned(operation),
        on_pin=_keep_pin,
        on_edit=lambda: _edit(flip),
    )


def _pinned(operation: Operation) -> tuple[int, int, int] | None:
    """The output cell that the address holds, None when there is no such cell."""
    if at("cell") is None:
        return None
    channel, row, column = map(int, at("cell").split("-"))
    inside = all(k < side for k, side in zip((channel, row, column), operation.output.shape, strict=True))
    return (channel, row, column) if inside else None


def _keep_pin() -> None:
    put(cell=cell_of(st.session_state[VIEW].pinned))


def cell_of(pinned: object) -> str | None:
    """The output cell that the picture tells, as it stands in the address; None when it is none."""
    if isinstance(pinned, list) and len(pinned) == 3 and all(type(k) is int and 0 <= k < 1000 for k in pinned):
        return "-".join(map(str, pinned))
    return None


def _edit(flip: bool) -> None:
    try:
        write_weights(edited(current_weights(), st.session_state[VIEW].edited, flip))
    except Refusal as refusal:
        st.toast(str(refusal), icon=":material/block:")


def example_of(operation: Operation | Refusal) -> str:
    """The worked example that is shown, or OWN."""
    if isinstance(operation, Refusal):
        return OWN
    return next((name for name, preset in EXAMPLES.items() if _same(preset.operation, operation)), OWN)


def _same(preset: Operation, shown: Operation) -> bool:
    pieces = ((preset.image, shown.image), (preset.weights, shown.weights), (preset.biases, shown.biases))
    return preset.settings == shown.settings and all(_equal(ours, theirs) for ours, theirs in pieces)


def _equal(ours: Array | None, theirs: Array | None) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return ours.shape == theirs.shape and bool((ours == theirs).all())


def explain(operation: Operation) -> None:
    """What stands below the picture: the size of the output, in letters and in numbers, and the costs."""
    formulas = " ".join(rf"$\displaystyle {{{formula}}}$" for formula in _few(*size_formulas(operation)))
    costs = " · ".join(cost_lines(LayerCost.of(operation), cut=operation.is_cut))
    with st.container(key="explained"):
        st.markdown(f"{formulas}\n\n{shapes_sentence(operation)} {unused_sentence(operation)}\n\n{costs}")
        note("window", say(NOTES[operation.settings.operation]))


def _few(general: str, rows: str, columns: str) -> list[str]:
    """One formula for rows and columns where they have the same numbers."""
    if rows.replace("H'", "W'") == columns:
        return [general, rows.replace("H'", "H' = W'")]
    return [general, rows, columns]


def same_in_pytorch(operation: Operation, expression: str | None) -> None:
    """A snippet that runs as shown, and how far the output is from its."""
    from cnnviz.convolution.pytorch import largest_difference, snippet  # no picture need wait for torch

    st.code(snippet(operation, expression), language="python", height=260)
    difference = largest_difference(operation)
    st.caption(say("Checked against PyTorch: largest difference {difference:.1g}", difference=difference))
