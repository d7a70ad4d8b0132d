"""Sentences and formulas of the convolution lesson, with the learner's numbers in them."""

from __future__ import annotations

from cnnviz.convolution import AXES, Axis, Convolution, Pair
from cnnviz.costs import Layer
from cnnviz.records import Array


def size_formula(axis: Axis, letter: str) -> str:
    """The output size of one axis in LaTeX; letter names the side, H or W."""
    numerator = f"{axis.length} + 2\\cdot{axis.padding} - {axis.dilation}\\,({axis.kernel_size}-1) - 1"
    floored = f"\\left\\lfloor\\frac{{{numerator}}}{{{axis.stride}}}\\right\\rfloor"
    return f"{letter}' = {floored} + 1 = \\mathbf{{{axis.output}}}"


def unused_sentence(axes: tuple[Axis, Axis]) -> str:
    """Which rows and columns no window reaches, because the fraction is floored; empty if there are none."""
    parts = [_unused(axis, name) for axis, name in zip(axes, AXES, strict=True) if len(axis.unused)]
    if not parts:
        return ""
    return f"The fraction is not whole and is rounded down, so no window reaches {' and '.join(parts)} (crossed out)."


def _unused(axis: Axis, name: str) -> str:
    """ "row 7 of the input and 1 row of padding"."""
    sources = axis.sources[axis.unused]
    inside, outside = sources[sources >= 0], int((sources < 0).sum())
    one = name.removesuffix("s")
    parts = []
    if len(inside):
        parts.append(f"{one if len(inside) == 1 else name} {_listed(inside)} of the input")
    if outside:
        parts.append(f"{outside} {one if outside == 1 else name} of padding")
    return " and ".join(parts)


def _listed(numbers: Array) -> str:
    return ", ".join(str(number) for number in numbers)


def layer_of(convolution: Convolution) -> Layer:
    """The shapes of a convolution, for its costs."""
    c_out, c_in, *_ = convolution.weights.shape
    rows, columns = convolution.axes
    return Layer(
        c_in, c_out, convolution.settings.kernel_size, (rows.length, columns.length), (rows.output, columns.output)
    )


def parameters_sum(layer: Layer) -> str:
    """Output channels times (weights of one kernel plus its bias)."""
    rows, columns = layer.kernel_size
    return f"{layer.c_out} × ({layer.c_in} × {rows} × {columns} + 1) = **{layer.parameters:,}** parameters"


def multiply_adds_sum(layer: Layer) -> str:
    """Output cells times kernel cells times channels."""
    factors = (*layer.output_size, *layer.kernel_size, layer.c_in, layer.c_out)
    return f"{' × '.join(map(str, factors))} = **{layer.multiply_adds:,}** multiply-adds"


def dense_sum(layer: Layer) -> str:
    """The dense layer of the same shape."""
    inputs = layer.input_size[0] * layer.input_size[1] * layer.c_in
    outputs = layer.output_size[0] * layer.output_size[1] * layer.c_out
    return f"{inputs:,} × {outputs:,} + {outputs:,} = **{layer.dense_parameters:,}** parameters"


def same_padding(kernel_size: Pair) -> str:
    """How much padding keeps the size, on each axis."""
    needs = (
        f"{name}: {(k - 1 + 1) // 2} before, {(k - 1) // 2} after" for name, k in zip(AXES, kernel_size, strict=True)
    )
    return "; ".join(needs)
