"""Sentences and formulas of the convolution lesson, with the learner's numbers in them."""

from __future__ import annotations

from cnnviz.arrays import Array
from cnnviz.convolution.axis import Axis, TransposedAxis
from cnnviz.convolution.costs import LayerCost
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import AXES

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
    parts = [_unused(axis, name) for axis, name in zip(operation.axes, AXES, strict=True) if len(axis.unused)]
    if not parts:
        return ""
    if operation.settings.operation == "transposed":
        return f"All that {' and '.join(parts)} would give is cropped away by the padding (crossed out)."
    return f"The fraction is not whole and is rounded down, so no window reaches {' and '.join(parts)} (crossed out)."


def _unused(axis: Axis, name: str) -> str:
    """ "row 7 of the input and 1 row of padding"."""
    frame = axis.frame[axis.unused]
    inside, outside = axis.sources[axis.unused][~frame], int(frame.sum())
    one = name.removesuffix("s")
    parts = []
    if len(inside):
        parts.append(f"{one if len(inside) == 1 else name} {_listed(inside)} of the input")
    if outside:
        parts.append(f"{outside} {one if outside == 1 else name} of padding")
    return " and ".join(parts)


def _listed(numbers: Array) -> str:
    return ", ".join(str(number) for number in numbers)


def shapes_sentence(operation: Operation) -> str:
    """The shapes of input, weights and output."""
    weights = "" if operation.weights is None else f" with weights {operation.weights.shape}"
    return f"{tuple(operation.image.shape)} becomes **{tuple(operation.output.shape)}**{weights}."


def cost_lines(cost: LayerCost) -> list[str]:
    """Parameters, work, memory, and the dense layer of the same shape, as lines of Markdown."""
    work = multiply_adds_sum(cost)
    memory = f"{_bytes(cost.memory)} for input, {'' if cost.pooling else 'parameters and '}output as float32"
    if cost.pooling:
        return ["**0** parameters: a pooling learns nothing", work, memory]
    return [parameters_sum(cost), work, memory, dense_sum(cost)]


def parameters_sum(cost: LayerCost) -> str:
    """Output channels times (weights of one kernel plus its bias)."""
    rows, columns = cost.kernel_size
    return f"{cost.c_out} × ({cost.slices} × {rows} × {columns} + 1) = **{cost.parameters:,}** parameters"


def multiply_adds_sum(cost: LayerCost) -> str:
    """Places of the kernel times its cells times channels."""
    factors = [*cost.stops, *cost.kernel_size, *([] if cost.pooling else [cost.slices]), cost.c_out]
    unit = "values looked at" if cost.pooling else "multiply-adds"
    return f"{' × '.join(map(str, factors))} = **{cost.multiply_adds:,}** {unit}"


def dense_sum(cost: LayerCost) -> str:
    """The dense layer of the same shape, and what share of it this one needs."""
    inputs = cost.input_size[0] * cost.input_size[1] * cost.c_in
    outputs = cost.output_size[0] * cost.output_size[1] * cost.c_out
    return (
        f"a dense layer: {inputs:,} × {outputs:,} + {outputs:,} = **{cost.dense_parameters:,}** parameters; "
        f"this one has {_share(cost.share_of_dense)}"
    )


def _share(share: float) -> str:
    """ "1/23 of that", or "1.1 times that" where there is next to nothing to share."""
    return f"1/{1 / share:,.0f} of that" if share < 0.7 else f"{share:.2g} times that"


def _bytes(number: int) -> str:
    return f"{number:,} bytes" if number < 10_000 else f"{number / 1000:,.0f} kB"
