"""The same operation in torch: its output, to check ours, and a snippet that runs as shown."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from cnnviz.arrays import Array
from cnnviz.convolution.matrices import format_number
from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import ConvolutionSettings

warnings.filterwarnings("ignore", "Using padding='same' with even kernel lengths")  # which is slower, and as right
_LARGE = 150  # cells: a larger image of whole pixel values is written as these
_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    "convolution": functional.conv2d,
    "transposed": functional.conv_transpose2d,
    "max_pool": functional.max_pool2d,
    "average_pool": functional.avg_pool2d,
}


def torch_output(operation: Operation) -> Array:
    """Output of torch for the same image, weights and settings, (c_out, H', W')."""
    settings = operation.settings
    image = torch.from_numpy(operation.image.astype(float))[None]
    frame = _explicit_frame(settings)
    if frame:
        image = functional.pad(image, frame, mode=_mode(settings))
    arguments: list[Any] = [image]
    if operation.applied is not None:
        arguments += [_torch_weights(operation.applied, settings), torch.from_numpy(operation.biases.astype(float))]
    output = _FUNCTIONS[settings.operation](*arguments, **_options(settings))[0]
    return (output.relu() if settings.activation == "relu" else output).numpy()


def largest_difference(operation: Operation) -> float:
    """Largest absolute difference between our output and torch's."""
    ours, theirs = operation.output, torch_output(operation)
    different = ours != theirs  # a maximum over nothing is minus infinity in both
    return float(np.abs(ours[different] - theirs[different]).max(initial=0))


def _torch_weights(weights: Array, settings: ConvolutionSettings) -> Tensor:
    """Weights in torch's order: that of a transposed convolution is (c_in, c_out / groups, rows, columns)."""
    tensor = torch.from_numpy(np.array(weights, float))
    if settings.operation == "transposed":
        tensor = torch.cat([part.transpose(0, 1) for part in tensor.chunk(settings.groups)])
    return tensor


def is_torchs_same(settings: ConvolutionSettings) -> bool:
    """Whether conv2d can be told so by name: at stride 1 alone, and with zeros."""
    return settings.padding == "same" and settings.stride == (1, 1) and settings.padding_mode == "zeros"


def _explicit_frame(settings: ConvolutionSettings) -> tuple[int, int, int, int] | None:
    """Padding (left, right, top, bottom) where conv2d cannot express it: unequal sides, or other values than zeros."""
    if is_torchs_same(settings):
        return None
    rows, columns = settings.frame
    unequal = rows[0] != rows[1] or columns[0] != columns[1]
    if settings.operation == "convolution" and (unequal or settings.padding_mode != "zeros"):
        return (*columns, *rows)
    return None


def _mode(settings: ConvolutionSettings) -> str:
    return "constant" if settings.padding_mode == "zeros" else settings.padding_mode


def _options(settings: ConvolutionSettings) -> dict[str, Any]:
    """Keyword arguments of the torch function that differ from its defaults."""
    padding: Any = (0, 0) if _explicit_frame(settings) else tuple(before for before, _ in settings.frame)
    if is_torchs_same(settings):
        padding = "same"
    pairs = {"padding": (padding, 0), "dilation": (settings.dilation, 1)}
    if settings.pooling:
        options: dict[str, Any] = {"kernel_size": settings.kernel_size, "stride": settings.stride}
    else:
        options = {"stride": settings.stride} if settings.stride != (1, 1) else {}
    options |= {name: pair for name, (pair, default) in pairs.items() if pair != (default, default)}
    options |= {"output_padding": settings.output_padding} if settings.output_padding != (0, 0) else {}
    options |= {"groups": settings.groups} if settings.groups > 1 else {}
    options |= {"ceil_mode": True} if settings.ceil_mode else {}
    options |= {"count_include_pad": False} if not settings.count_include_pad else {}
    return options


def snippet(operation: Operation, image: str | None = None) -> str:
    """A program that prints the same output; the expression `image` replaces the input, which is else written out."""
    settings = operation.settings
    function, frame = _FUNCTIONS[settings.operation].__name__, _explicit_frame(settings)
    names = [function, "pad"] if frame else [function]
    arguments = ["image"] if settings.pooling else ["image", "weight", "bias"]
    arguments += [f"{name}={value!r}" for name, value in _options(settings).items()]
    lines = ["import torch", f"from torch.nn.functional import {', '.join(names)}"]
    lines += ["from cnnviz import datasets"] * bool(image)
    lines += ["", f"image = {image or _written_image(operation.image)}"]
    if frame:
        lines.append(f"image = pad(image, {frame}, mode={_mode(settings)!r})  # left, right, top, bottom")
    if operation.weights is not None:
        lines.append(f"weight = {_tensor(_torch_weights(operation.weights, settings).numpy())}")
        lines.append("weight = weight.flip((2, 3))  # true convolution" if settings.flip else "")
        lines.append(f"bias = torch.tensor({_numbers(operation.biases)})")
    lines.append(f"output = {function}({', '.join(arguments)}){'.relu()' if settings.activation == 'relu' else ''}")
    lines.append(f"print(output)  # {tuple(operation.output[None].shape)}")
    return "\n".join(line for k, line in enumerate(lines) if line or k < 4)


def _written_image(image: Array) -> str:
    pixels = image * 255
    if image.size > _LARGE and np.array_equal(pixels, pixels.round()):
        return f"torch.tensor({_numbers(pixels[None].round(), point='')}, dtype=torch.float) / 255"
    return _tensor(image[None])


def _tensor(array: Array) -> str:
    return f"torch.tensor({_numbers(array)})"


def _numbers(array: Array, point: str = ".") -> str:
    """Nested lists, one row per line; every number has a point, since torch.tensor makes integers of the others."""
    if array.ndim == 1:
        return "[" + ", ".join(_float(value, point) for value in array) + "]"
    inner = (",\n" if array.ndim == 2 else ",\n\n").join(_numbers(part, point) for part in array)
    return f"[{inner}]"


def _float(value: float, point: str) -> str:
    text = format_number(value)
    return text if any(mark in text for mark in "./e") else f"{text}{point}"
