"""The same convolution by torch: to check our own numbers, and as a snippet that runs as shown."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from cnnviz.convolution import Convolution
from cnnviz.matrices import format_number
from cnnviz.records import Array


def torch_output(convolution: Convolution) -> Array:
    """What torch makes of the same image, weights and settings, (c_out, H', W')."""
    settings = convolution.settings
    weights, image, bias = (
        torch.from_numpy(np.array(array)) for array in (convolution.weights, convolution.image, convolution.bias)
    )
    output = functional.conv2d(
        image[None],
        weights.flip((2, 3)) if settings.flip else weights,
        bias,
        stride=settings.stride,
        padding=settings.padding,
        dilation=settings.dilation,
    )
    return output[0].numpy()


def largest_difference(convolution: Convolution) -> float:
    """Between our output and torch's, over all cells."""
    return float(np.abs(convolution.output - torch_output(convolution)).max())


def snippet(convolution: Convolution, image: str | None = None) -> str:
    """A program that prints the same output; `image`, an expression, replaces the written-out input."""
    settings = convolution.settings
    kernel = "kernel.flip((2, 3))  # true convolution" if settings.flip else "kernel"
    return "\n".join(
        [
            "import torch",
            "from torch.nn.functional import conv2d",
            *(["from cnnviz import datasets"] if image else []),
            "",
            f"image = {image or _tensor(convolution.image[None])}",
            f"kernel = {_tensor(convolution.weights)}",
            f"bias = torch.tensor({_numbers(convolution.bias)})",
            f"weight = {kernel}",
            f"output = conv2d(image, weight, bias, stride={settings.stride}, "
            f"padding={settings.padding}, dilation={settings.dilation})",
            f"print(output)  # {tuple(convolution.output[None].shape)}",
        ]
    )


def _tensor(array: Array) -> str:
    return f"torch.tensor({_numbers(array)})"


def _numbers(array: Array) -> str:
    """Nested lists, one row per line; every number with a point so that torch makes floats of them."""
    if array.ndim == 1:
        return "[" + ", ".join(_float(value) for value in array) + "]"
    inner = (",\n" if array.ndim == 2 else ",\n\n").join(_numbers(part) for part in array)
    return f"[{inner}]"


def _float(value: float) -> str:
    text = format_number(value)
    return text if any(mark in text for mark in "./e") else f"{text}."
