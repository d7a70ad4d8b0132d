"""Types of layers: one table of what is known of each, with a default that speaks for every other one of torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from cnnviz.convolution.costs import LayerCost
from cnnviz.convolution.receptive_field import ReceptiveField
from cnnviz.language import mark, say
from cnnviz.networks import connections, geometry
from cnnviz.networks import describe as words
from cnnviz.networks.blocks import Branches, Residual
from cnnviz.networks.geometry import Units

Shape = tuple[int, ...]  # of the numbers of one image


@dataclass(frozen=True)
class LayerType:
    """What is known of a type of layer; each function is given one of that type."""

    does: words.Words = words.what_it_does  # "negative numbers become 0"
    short: str = ""  # in the box of a diagram; empty: the name of its class
    kernel: words.Words = words.nothing  # "5x5, stride 2"
    receptive_field: Callable[[Any, Units], ReceptiveField | None] = geometry.unchanged
    cost: Callable[[Any, Shape, Shape], LayerCost] | None = None  # given the shapes before and after; None: no products
    role: str = ""  # which the diagram colours
    groups: Callable[[Any, int, int], int | None] = connections.own  # given how many maps before, after


def convolution_cost(layer: Any, before: Shape, after: Shape) -> LayerCost:
    """Of a convolution, plain or transposed."""
    return LayerCost(
        layer.in_channels,
        layer.out_channels,
        layer.kernel_size,
        before[1:],
        after[1:],
        layer.groups,
        "transposed" if layer.transposed else "convolution",
        layer.bias is not None,
    )


def dense_cost(layer: nn.Linear, before: Shape, after: Shape) -> LayerCost:
    """Of a dense layer, which works on each row of a map where it is given one."""
    rows = before[:-1], after[:-1]
    return LayerCost(layer.in_features, layer.out_features, (), *rows, bias=layer.bias is not None)


BENDING = (nn.CELU, nn.Hardswish, nn.Hardtanh, nn.Mish, nn.PReLU, nn.ReLU6, nn.SELU, nn.Softplus)
"""More activations, each number by itself, that are known by their names and arguments."""
UNKNOWN = LayerType(kernel=words.arguments, receptive_field=geometry.unknown, groups=connections.unknown)
LAYERS: Mapping[type[nn.Module], LayerType] = {
    nn.Conv2d: LayerType(
        words.convolution,
        mark("conv"),
        words.kernel,
        geometry.convolved,
        convolution_cost,
        "convolution",
        connections.grouped,
    ),
    nn.ConvTranspose2d: LayerType(
        words.convolution,
        mark("transposed"),
        words.kernel,
        geometry.transposed,
        convolution_cost,
        "convolution",
        connections.grouped,
    ),
    nn.Linear: LayerType(
        words.dense, mark("dense"), receptive_field=geometry.last_dimension, cost=dense_cost, role="dense"
    ),
    nn.MaxPool2d: LayerType(words.largest, mark("max"), words.kernel, geometry.pooled),
    nn.AvgPool2d: LayerType(words.mean, mark("mean"), words.kernel, geometry.pooled),
    nn.AdaptiveAvgPool2d: LayerType(
        words.adaptive_mean, mark("mean"), words.adaptive_kernel, geometry.adaptively_pooled
    ),
    **dict.fromkeys((nn.BatchNorm1d, nn.BatchNorm2d), LayerType(words.batch_norm, mark("batch norm"))),
    nn.GroupNorm: LayerType(
        words.group_norm, mark("group norm"), receptive_field=geometry.whole_map, groups=connections.normalised_groups
    ),
    nn.LayerNorm: LayerType(
        words.layer_norm, mark("layer norm"), receptive_field=geometry.normalised, groups=connections.normalised
    ),
    nn.InstanceNorm2d: LayerType(
        words.instance_norm, mark("instance norm"), receptive_field=geometry.instance_normalised
    ),
    nn.ReLU: LayerType(words.always(mark("negative numbers become 0"))),
    nn.LeakyReLU: LayerType(words.leaky),
    nn.ELU: LayerType(words.elu),
    nn.GELU: LayerType(words.always(mark("numbers well below 0 become 0, with a smooth bend"))),
    nn.SiLU: LayerType(words.always(mark("each number times its sigmoid, between 0 and 1"))),
    nn.Sigmoid: LayerType(words.always(mark("numbers are bent into 0 to 1"))),
    nn.Tanh: LayerType(words.always(mark("numbers are bent into -1 to 1"))),
    **dict.fromkeys(BENDING, LayerType()),
    nn.Dropout: LayerType(words.dropped_numbers, kernel=words.share),
    nn.Dropout2d: LayerType(words.dropped_maps, kernel=words.share),
    nn.Flatten: LayerType(words.always(mark("all maps in one row")), groups=connections.every),
    nn.Identity: LayerType(words.always(mark("nothing changes"))),
    nn.Sequential: LayerType(words.sequence),
    Branches: LayerType(words.branches),
    Residual: LayerType(words.residual),
}


def type_of(layer: nn.Module) -> LayerType:
    """What is known of a layer: of its own type, or of the nearest that it is made from."""
    return next((LAYERS[kind] for kind in type(layer).__mro__ if kind in LAYERS), UNKNOWN)


def describe(layer: nn.Module) -> str:
    """What a layer does, in a few words and without the settings that do nothing."""
    return type_of(layer).does(layer)


def kernel_words(layer: nn.Module) -> str:
    """The settings of a layer's kernel; empty where it has none."""
    return type_of(layer).kernel(layer)


def label(layer: nn.Module) -> str:
    """A layer in a box of the diagram: "conv 5x5"."""
    known = type_of(layer)
    if known is UNKNOWN:
        return type(layer).__name__
    name = say(known.short) if known.short else type(layer).__name__
    return f"{name} {kernel_words(layer).split(',')[0]}".strip()


def parameters(layer: nn.Module) -> int:
    """Numbers that a layer learns."""
    return sum(parameter.numel() for parameter in layer.parameters())


def written_sum(layer: nn.Module, before: Shape, after: Shape) -> str:
    """How the parameters of a layer are counted: by its cost, or by their shapes; empty where there are none."""
    cost = type_of(layer).cost
    if cost is not None:
        return cost(layer, before, after).written_sum
    shapes = Counter(tuple(parameter.shape) for parameter in layer.parameters())
    return " + ".join(_product([count, *shape]) for shape, count in shapes.items())


def _product(factors: list[int]) -> str:
    """ "2 × 16", without a factor of 1 in front."""
    return " × ".join(f"{factor:,}" for factor in (factors[1:] if factors[0] == 1 and factors[1:] else factors))


def multiply_adds(layer: nn.Module, before: Shape, after: Shape) -> int | None:
    """Products that are added up for one image: those of weights and numbers; None where nobody knows."""
    known = type_of(layer)
    if known.cost is not None:
        return known.cost(layer, before, after).multiply_adds
    return None if known is UNKNOWN and parameters(layer) else 0
