"""How torch's layers slide over a map, along rows and columns; and the receptive field of their units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from cnnviz.convolution.axis import Axis, TransposedAxis
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.convolution.settings import Pair


@dataclass(frozen=True)
class Units:
    """The units of a layer, which the next one reads."""

    field: ReceptiveField
    size: Pair  # rows and columns of them; of the last map where they stand in a row by now
    image: Pair  # rows and columns of the input of the network
    in_a_row: bool = False


def pair_of(value: Any) -> tuple[Any, Any]:
    """(rows, columns) of a setting that torch also takes as one number for both."""
    return (value[0], value[1]) if isinstance(value, (tuple, list)) else (value, value)


def convolution_axes(layer: nn.Conv2d, size: Pair) -> tuple[Axis, Axis]:
    """A convolution on a map of this size; the odd row or column of padding="same" comes last, as torch puts it."""

    def axis(k: int) -> Axis:
        reach = layer.dilation[k] * (layer.kernel_size[k] - 1)
        before, after = reach // 2, reach - reach // 2
        if layer.padding == "valid":
            before = after = 0
        elif layer.padding != "same":
            before = after = int(layer.padding[k])
        window = (layer.kernel_size[k], layer.stride[k], before, after, layer.dilation[k])
        return Axis(size[k], *window, padding_mode=layer.padding_mode)

    return axis(0), axis(1)


def transposed_axes(layer: nn.ConvTranspose2d, size: Pair) -> tuple[TransposedAxis, TransposedAxis]:
    """A transposed convolution on a map of this size."""

    def axis(k: int) -> TransposedAxis:
        padding = int(layer.padding[k])
        window = (layer.kernel_size[k], layer.stride[k], padding, padding, layer.dilation[k])
        return TransposedAxis(size[k], *window, output_padding=layer.output_padding[k])

    return axis(0), axis(1)


def pooling_axes(layer: Any, size: Pair) -> tuple[Axis, Axis]:
    """A max or average pooling on a map of this size."""
    kernel_size, stride, padding, dilation = (
        pair_of(value) for value in (layer.kernel_size, layer.stride, layer.padding, getattr(layer, "dilation", 1))
    )

    def axis(k: int) -> Axis:
        window = (kernel_size[k], stride[k], padding[k], padding[k], dilation[k])
        return Axis(size[k], *window, ceil_mode=layer.ceil_mode, pooling=True)

    return axis(0), axis(1)


def unchanged(_layer: nn.Module, units: Units) -> ReceptiveField:
    """Each number is made of one that stood at its place."""
    return units.field


def unknown(_layer: nn.Module, _units: Units) -> None:
    """Nobody knows."""


def convolved(layer: nn.Conv2d, units: Units) -> ReceptiveField:
    """After a convolution."""
    return units.field.through(convolution_axes(layer, units.size))


def transposed(layer: nn.ConvTranspose2d, units: Units) -> ReceptiveField | None:
    """After a transposed convolution."""
    return units.field.through_transposed(transposed_axes(layer, units.size))


def pooled(layer: Any, units: Units) -> ReceptiveField:
    """After a pooling."""
    return units.field.through(pooling_axes(layer, units.size))


def adaptively_pooled(layer: nn.AdaptiveAvgPool2d, units: Units) -> ReceptiveField | None:
    """After a pooling to a given size; None where its windows are not all of one size."""
    wanted = [n if n is not None else size for n, size in zip(pair_of(layer.output_size), units.size, strict=True)]
    if any(size % n for n, size in zip(wanted, units.size, strict=True)):
        return None
    rows, columns = (Axis(size, size // n, size // n, pooling=True) for n, size in zip(wanted, units.size, strict=True))
    return units.field.through((rows, columns))


def whole_map(_layer: nn.Module, units: Units) -> ReceptiveField:
    """All units of the map reach each of these."""
    return units.field.of_all(units.size, units.image)


def last_dimension(_layer: nn.Module, units: Units) -> ReceptiveField:
    """All numbers of the last dimension reach each of these: the whole map where its numbers stand in a row."""
    whole = whole_map(_layer, units)
    if units.in_a_row:
        return whole
    reached = units.field.reached and whole.reached and (units.field.reached[0], whole.reached[1])
    return ReceptiveField(units.field.rows, whole.columns, reached)


def normalised(layer: nn.LayerNorm, units: Units) -> ReceptiveField:
    """All numbers that share mean and deviation reach each of these."""
    return last_dimension(layer, units) if len(layer.normalized_shape) == 1 else whole_map(layer, units)


def instance_normalised(layer: nn.InstanceNorm2d, units: Units) -> ReceptiveField:
    """The whole map, unless means and deviations are learned."""
    return units.field if layer.track_running_stats else whole_map(layer, units)
