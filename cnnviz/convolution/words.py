"""Sentences and formulas of the convolution lesson, with the learner's numbers in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnviz.convolution.axis import Axis, TransposedAxis
from cnnviz.convolution.costs import LayerCost
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import AXES
from cnnviz.language import Sentence, all_of, counted, mark_count, say

FORWARD = r"\left\lfloor\frac{n + 2p - d\,(k-1) - 1}{s}\right\rfloor + 1"
UPWARD = r"\left\lceil\frac{n + 2p - d\,(k-1) - 1}{s}\right\rceil + 1"
BACKWARD = r"(n-1)\,s - 2p + d\,(k-1) + o + 1"


def size_formulas(operation: Operation) -> list[str]:
    """The output size in LaTeX: in letters, then with the numbers of the rows (H) and of the columns (W)."""
    settings = operation.settings
    general = BACKWARD if settings.operation == "transposed" else UPWARD if settings.ceil_mode else FORWARD
    rows, columns = operation.axes
    return [general, size_formula(rows, "H"), size_formula(columns, "W")]


def size_formula(axis: Axis, letter: str) -> str:
    """The output size of one axis in LaTeX; letter names the side, H or W."""
    reach = f"{axis.dilation}\\,({axis.kernel_size}-1)"
    if isinstance(axis, TransposedAxis):
        terms = f"({axis.length}-1)\\cdot{axis.stride} - 2\\cdot{axis.before} + {reach} + {axis.output_padding} + 1"
        return f"{letter}' = {terms} = \\mathbf{{{axis.output}}}"
    padding = f"2\\cdot{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}"
    side = "ceil" if axis.ceil_mode else "floor"
    fraction = f"\\frac{{{axis.length} + {padding} - {reach} - 1}}{{{axis.stride}}}"
    rounded = (axis.padded - axis.span + (axis.stride - 1) * axis.ceil_mode) // axis.stride + 1
    less = " - 1" if rounded > axis.output else ""  # a window must begin on the input or before it
    return f"{letter}' = \\left\\l{side}{fraction}\\right\\r{side} + 1{less} = \\mathbf{{{axis.output}}}"


def unused_sentence(operation: Operation) -> str:
    """Which rows and columns no window reaches; empty if there are none."""
    unused = [part for axis, name in zip(operation.axes, AXES, strict=True) for part in _unused(axis, name)]
    if not unused:
        return ""
    if operation.settings.operation == "transposed":
        return say("All that {cells} would give is cropped away by the padding (crossed out).", cells=all_of(unused))
    if operation.settings.ceil_mode:
        return say(
            "The fraction is rounded up, but a window that would begin behind the input is left out, so no window "
            "reaches {cells} (crossed out).",
            cells=all_of(unused),
        )
    return say(
        "The fraction is not whole and is rounded down, so no window reaches {cells} (crossed out).",
        cells=all_of(unused),
    )


UNUSED: Mapping[str, tuple[str, str]] = {
    "rows": mark_count("row {places} of the input", "rows {places} of the input"),
    "columns": mark_count("column {places} of the input", "columns {places} of the input"),
}
UNUSED_PADDING: Mapping[str, tuple[str, str]] = {
    "rows": mark_count("{count} row of padding", "{count} rows of padding"),
    "columns": mark_count("{count} column of padding", "{count} columns of padding"),
}


def _unused(axis: Axis, name: str) -> Iterator[Sentence]:
    """ "row 7 of the input", "1 row of padding"."""
    frame = axis.frame[axis.unused]
    inside, outside = axis.sources[axis.unused][~frame], int(frame.sum())
    if len(inside):
        yield counted(*UNUSED[name], len(inside), places=", ".join(map(str, inside)))
    if outside:
        yield counted(*UNUSED_PADDING[name], outside)


def shapes_sentence(operation: Operation) -> str:
    """The shapes of input, weights and output."""
    shapes = {"before": tuple(operation.image.shape), "after": tuple(operation.output.shape)}
    if operation.weights is None:
        return say("{before} becomes **{after}**.", **shapes)
    return say("{before} becomes **{after}** with weights {weights}.", weights=operation.weights.shape, **shapes)


def cost_lines(cost: LayerCost, *, cut: bool = False) -> list[str]:
    """Parameters, work, memory, and the dense layer of the same shape, as lines of Markdown.

    Args:
        cost: of the layer.
        cut: whether windows reach beyond the padded input.
    """
    work, memory = multiply_adds_sum(cost), _bytes(cost.memory)
    if cost.pooling:
        nothing = say("**0** parameters: a pooling learns nothing")
        if cut:
            work = say("{values}, less what lies beyond the padded input", values=work)
        return [nothing, work, say("{memory} for input, output as float32", memory=memory)]
    memory = say("{memory} for input, parameters and output as float32", memory=memory)
    return [parameters_sum(cost), work, memory, dense_sum(cost)]


def parameters_sum(cost: LayerCost) -> str:
    """Output channels times (weights of one kernel plus its bias)."""
    return say("{sum} = **{parameters:,}** parameters", sum=cost.written_sum, parameters=cost.parameters)


def multiply_adds_sum(cost: LayerCost) -> str:
    """Places of the kernel times its cells times channels."""
    factors = [*cost.stops, *cost.kernel_size, *([] if cost.pooling else [cost.slices]), cost.c_out]
    values = {"product": " × ".join(map(str, factors)), "number": cost.multiply_adds}
    if cost.pooling:
        return say("{product} = **{number:,}** values looked at", **values)
    return say("{product} = **{number:,}** multiply-adds", **values)


def dense_sum(cost: LayerCost) -> str:
    """The dense layer of the same shape, and what share of it this one needs."""
    values = {"sum": cost.dense.written_sum, "parameters": cost.dense.parameters}
    share = cost.share_of_dense
    if share < 0.1:
        return say(
            "a dense layer: {sum} = **{parameters:,}** parameters; this one has about 1/{times:,.0f} of that",
            times=1 / share,
            **values,
        )
    return say(  # where there is next to nothing to share
        "a dense layer: {sum} = **{parameters:,}** parameters; this one has {share:.2g} times that",
        share=share,
        **values,
    )


def _bytes(number: int) -> str:
    if number < 10_000:
        return say("{number:,} bytes", number=number)
    return say("{number:,.0f} kB", number=number / 1000)
