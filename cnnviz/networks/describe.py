"""Layers in a few words: the settings of their kernels, and what they do to the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import nn

from cnnviz.convolution.settings import Pair
from cnnviz.language import say, say_count
from cnnviz.networks.geometry import pair_of

Words = Callable[[Any], str]


def always(template: str) -> Words:
    """The same words for every layer of a type."""
    return lambda layer: say(template)


def nothing(_layer: nn.Module) -> str:
    """No words."""
    return ""


def share(layer: Any) -> str:
    """ "25%"."""
    return f"{layer.p:.0%}"


def arguments(layer: nn.Module) -> str:
    """Of a layer that nothing else is known of, its arguments."""
    return layer.extra_repr()


def what_it_does(layer: nn.Module) -> str:
    """The same for a layer that may have no arguments."""
    return layer.extra_repr() or say("as PyTorch defines it")


def sides(value: Any) -> str:
    """ "5x3"."""
    return "{}x{}".format(*pair_of(value))


def kernel(layer: Any) -> str:
    """What a layer's kernel is, without what does nothing: "5x5, stride 2, padding 1"."""
    return ", ".join([sides(layer.kernel_size), *_notes(layer)])


def _notes(layer: Any, usual_stride: Pair = (1, 1)) -> Iterator[str]:
    """How the kernel moves, without what does nothing or is usual."""
    stride, padding = pair_of(layer.stride), layer.padding
    if stride != usual_stride:
        yield say("stride {stride}", stride=_short(stride))
    if padding == "same":
        yield say("same padding")
    elif padding != "valid" and pair_of(padding) != (0, 0):
        yield say("padding {padding}", padding=_short(padding))
    if getattr(layer, "padding_mode", "zeros") != "zeros" and padding not in ("valid", 0, (0, 0)):
        yield say("padding mode {mode}", mode=layer.padding_mode)
    if not getattr(layer, "count_include_pad", True) and pair_of(padding) != (0, 0):
        yield say("padding does not count")
    if getattr(layer, "divisor_override", None):
        yield say("sum divided by {divisor}", divisor=layer.divisor_override)
    if pair_of(getattr(layer, "dilation", 1)) != (1, 1):
        yield say("dilation {dilation}", dilation=_short(layer.dilation))
    if getattr(layer, "groups", 1) > 1:
        yield say("{groups} groups", groups=layer.groups)
    if pair_of(getattr(layer, "output_padding", 0)) != (0, 0):
        yield say("output padding {padding}", padding=_short(layer.output_padding))
    if getattr(layer, "ceil_mode", False):
        yield say("a last window that hangs over counts too")


def _short(value: Any) -> str:
    """ "2", or "2x1" where rows and columns differ."""
    rows, columns = pair_of(value)
    return str(rows) if rows == columns else f"{rows}x{columns}"


def convolution(layer: Any) -> str:
    """Kernel, channels, and how the kernel moves."""
    channels = say("{inputs} to {outputs} channels", inputs=layer.in_channels, outputs=layer.out_channels)
    return ", ".join([sides(layer.kernel_size), channels, *_notes(layer)])


def largest(layer: nn.MaxPool2d) -> str:
    """Max pooling; a stride as large as its window goes without saying."""
    notes = _notes(layer, pair_of(layer.kernel_size))
    return ", ".join([say("largest of each {window}", window=sides(layer.kernel_size)), *notes])


def mean(layer: nn.AvgPool2d) -> str:
    """Average pooling."""
    notes = _notes(layer, pair_of(layer.kernel_size))
    return ", ".join([say("mean of each {window}", window=sides(layer.kernel_size)), *notes])


def adaptive_mean(layer: nn.AdaptiveAvgPool2d) -> str:
    """Average pooling to a size that is given."""
    rows, columns = pair_of(layer.output_size)
    if (rows, columns) == (1, 1):
        return say("mean of each map")
    if rows is None or columns is None:
        return what_it_does(layer)
    return say("means of {rows}x{columns} parts of each map", rows=rows, columns=columns)


def adaptive_kernel(layer: nn.AdaptiveAvgPool2d) -> str:
    """The size that is given; empty where a side of it stays what it was."""
    if None in pair_of(layer.output_size):
        return ""
    return say("to {size}", size=sides(layer.output_size))


def dense(layer: nn.Linear) -> str:
    """How many numbers become how many."""
    return say("{inputs} to {outputs} numbers", inputs=layer.in_features, outputs=layer.out_features)


def leaky(layer: nn.LeakyReLU) -> str:
    """The slope below 0."""
    if layer.negative_slope == 0.01:
        return say("negative numbers become a hundredth of themselves")
    return say("negative numbers are multiplied by {slope:g}", slope=layer.negative_slope)


def elu(layer: nn.ELU) -> str:
    """Where negative numbers end."""
    return say("negative numbers are bent, and end at {lowest:g}", lowest=-layer.alpha)


def batch_norm(layer: Any) -> str:
    """Normalisation of each channel, over many images."""
    return ", ".join([say("each channel to mean 0, deviation 1"), *_affine(layer)])


def instance_norm(layer: nn.InstanceNorm2d) -> str:
    """Normalisation of each map of an image, unless means and deviations are learned."""
    if layer.track_running_stats:
        return batch_norm(layer)
    return ", ".join([say("each map of an image to mean 0, deviation 1"), *_affine(layer)])


def group_norm(layer: nn.GroupNorm) -> str:
    """Normalisation of some channels of an image at once."""
    channels = layer.num_channels // layer.num_groups
    words = say_count(
        "each map of an image to mean 0, deviation 1",
        "each {count} maps of an image to mean 0, deviation 1",
        channels,
    )
    return ", ".join([words, *_affine(layer)])


def layer_norm(layer: nn.LayerNorm) -> str:
    """Normalisation of the numbers of an image."""
    shape = "x".join(map(str, layer.normalized_shape))
    words = say("{shape} numbers of an image at a time to mean 0, deviation 1", shape=shape)
    return ", ".join([words, *_affine(layer)])


def _affine(layer: Any) -> Iterator[str]:
    """What a normalisation learns."""
    if layer.weight is not None and layer.bias is not None:
        yield say("then scaled and shifted")
    elif layer.weight is not None:
        yield say("then scaled")


def dropped_maps(layer: nn.Dropout2d) -> str:
    """Dropout of whole maps."""
    return say("{share:.0%} of the maps are left out while training", share=layer.p)


def dropped_numbers(layer: nn.Dropout) -> str:
    """Dropout of single numbers."""
    return say("{share:.0%} of the numbers are left out while training", share=layer.p)


def branches(layer: Any) -> str:
    """Branches that are concatenated."""
    return say("{count} ways side by side, their maps stacked", count=len(layer.branches))


def residual(layer: Any) -> str:
    """A body, and whether a skip is added to it."""
    return say("two convolutions, their input added") if layer.skip else say("two convolutions, nothing added")


def sequence(layer: nn.Sequential) -> str:
    """Layers one after the other."""
    return say("{count} layers one after the other", count=len(layer))
