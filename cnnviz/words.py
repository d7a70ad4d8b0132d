"""Layers in a few words."""

from __future__ import annotations

from torch import nn


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
