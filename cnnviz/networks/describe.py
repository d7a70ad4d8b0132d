"""Layers in a few words."""

from __future__ import annotations

from torch import nn

from cnnviz.networks.blocks import Branches, Residual


def kernel_words(layer: nn.Module) -> str:
    """What a layer's kernel is, without what does nothing: "5x5, stride 2, padding 1"; empty where it has none."""
    match layer:
        case nn.Conv2d():
            (rows, columns), stride, padding = layer.kernel_size, layer.stride[0], int(layer.padding[0])
        case nn.MaxPool2d() | nn.AvgPool2d():
            rows = columns = int(layer.kernel_size)  # type: ignore[arg-type]
            stride, padding = int(layer.stride), int(layer.padding)  # type: ignore[arg-type]
        case nn.Dropout2d():
            return f"{layer.p:.0%}"
        case _:
            return ""
    extras = [f"stride {stride}"] * (stride > 1) + [f"padding {padding}"] * (padding > 0)
    return ", ".join([f"{rows}x{columns}", *extras])


ACTIVATIONS = {
    "LeakyReLU": "negative numbers become a hundredth of themselves",
    "GELU": "numbers well below 0 become 0, with a smooth bend",
    "Tanh": "numbers are bent into -1 to 1",
}


def describe(layer: nn.Module) -> str:
    """The settings of a layer in a few words, without those that do nothing."""
    match layer:
        case nn.Conv2d():
            size, *extras = kernel_words(layer).split(", ")
            return ", ".join([f"{size}, {layer.in_channels} to {layer.out_channels} channels", *extras])
        case nn.MaxPool2d():
            return f"largest of each {layer.kernel_size}x{layer.kernel_size}"
        case nn.Linear():
            return f"{layer.in_features} to {layer.out_features} numbers"
        case nn.ReLU():
            return "negative numbers become 0"
        case nn.BatchNorm2d():
            return "each channel to mean 0, deviation 1, then scaled and shifted"
        case nn.Flatten():
            return "all maps in one row"
        case nn.AvgPool2d():
            return f"mean of each {layer.kernel_size}x{layer.kernel_size}"
        case nn.Dropout2d():
            return f"{layer.p:.0%} of the maps are left out while training"
        case Branches():
            return f"{len(layer.branches)} ways side by side, their maps stacked"
        case Residual():
            return "two convolutions" + (", their input added" if layer.skip else ", nothing added")
        case nn.Module() if type(layer).__name__ in ACTIVATIONS:
            return ACTIVATIONS[type(layer).__name__]
    return ""
