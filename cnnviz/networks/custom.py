"""A network of the learner's own: convolutions, poolings, and a dense layer, written in the language of layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import nn

from cnnviz.convolution.costs import LayerCost
from cnnviz.convolution.layer_language import MISFITS, NETWORK, Layer
from cnnviz.convolution.layer_language import parse as parse_layers
from cnnviz.language import mark
from cnnviz.networks.blocks import chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.refusal import Refusal
from cnnviz.settings import LONGEST_LAYERS, TrainingSettings

MOST_CONVOLUTIONS = 4
MOST_PARAMETERS = 5_000_000
CLASSES = 10
ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
}
UNFIT: Mapping[tuple[bool, bool], str] = {
    (False, False): mark(
        "kernel {kernel_size} does not fit a {side}x{side} map; use a kernel of at most {most}, or less pooling before."
    ),
    (False, True): mark(
        "kernel {kernel_size} does not fit a {side}x{side} map padded by {padding}; "
        "use a kernel of at most {most}, or less pooling before."
    ),
    (True, False): mark(
        "kernel {kernel_size} does not fit a {side}x{side} map after layer {before}; "
        "use a kernel of at most {most}, or less pooling before."
    ),
    (True, True): mark(
        "kernel {kernel_size} does not fit a {side}x{side} map after layer {before} padded by {padding}; "
        "use a kernel of at most {most}, or less pooling before."
    ),
}
"""What is said of a kernel that is too large: by whether there are layers before, and padding."""


def parse(text: str) -> Sequence[Layer]:
    """The layers of a text, which can be built.

    Raises:
        Refusal: it is no such text, a layer does not fit, or there are too many parameters.
    """
    layers = read(text)
    check(layers)
    return layers


def read(text: str) -> Sequence[Layer]:
    """The layers of a text, whether they fit or not; Refusal when it is no such text."""
    layers = parse_layers(text[:LONGEST_LAYERS], NETWORK)
    convolutions = sum(layer.kind == "conv" for layer in layers)
    if not 1 <= convolutions <= MOST_CONVOLUTIONS:
        raise Refusal(
            "a custom network has 1 to {most} convolutions; this one has {count}.",
            most=MOST_CONVOLUTIONS,
            count=convolutions,
        )
    if len(layers) > NETWORK.most_layers:
        raise Refusal(
            "a custom network has at most {most} convolutions and poolings; this one has {count}.",
            most=NETWORK.most_layers,
            count=len(layers),
        )
    return layers


def check(layers: Sequence[Layer]) -> None:
    """Raise Refusal where a layer does not fit, or there are too many parameters."""
    total, channels, side = 0, *_input()
    for number, layer in enumerate(layers, 1):
        side = side_after(layer, side, number)
        if layer.kind == "conv":
            kernel_size = (layer.kernel_size, layer.kernel_size)
            total += LayerCost(channels, layer.channels, kernel_size).parameters + 2 * layer.norm * layer.channels
            channels = layer.channels
    total += LayerCost(channels * side * side, CLASSES).parameters
    if total > MOST_PARAMETERS:
        raise Refusal(
            "the network has {total:,} parameters; the limit is {most:,}: use fewer channels.",
            total=total,
            most=MOST_PARAMETERS,
        )


def side_after(layer: Layer, side: int, number: int) -> int:
    """Side of the maps after a layer, the number-th; Refusal when nothing is left."""
    first, *pooling = layer.unfolded
    axis = first.axis(side)
    problem = axis.problem("rows")
    if problem and (layer.kind != "conv" or layer.dilation > 1):
        raise Refusal(MISFITS[layer.kind], number=number, problem=problem)
    if problem:
        raise Refusal(
            UNFIT[number > 1, layer.padding > 0],
            kernel_size=layer.kernel_size,
            side=side,
            before=number - 1,
            padding=layer.padding,
            most=min(axis.largest_kernel, int(NETWORK.limits["kernel_size"].high)),
        )
    if layer.kind == "mean" and layer.dilation > 1:
        raise Refusal("an average pooling has no dilation; leave d{dilation} out.", dilation=layer.dilation)
    if pooling and axis.output < 2:
        raise Refusal(
            "pooling does not fit the {side}x{side} map of layer {number}; leave it out.",
            side=axis.output,
            number=number,
        )
    return pooling[0].axis(axis.output).output if pooling else axis.output


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    modules: dict[str, nn.Module] = {}
    channels, side = _input()
    for number, layer in enumerate(parse(settings.layers), 1):
        modules |= {f"{name}{number}": module for name, module in modules_of(layer, channels).items()}
        side = side_after(layer, side, number)
        if layer.kind == "conv":
            channels = layer.channels
    return chain(**modules, flatten=nn.Flatten(), dense=nn.Linear(channels * side * side, CLASSES))


def _input() -> tuple[int, int]:
    """Channels and side of the images, which are square."""
    channels, side, _ = SPEC.input_shape
    return channels, side


def modules_of(layer: Layer, channels: int) -> dict[str, nn.Module]:
    """A layer with what follows it, as modules by the names that weights are stored under."""
    window = (layer.kernel_size, layer.stride, layer.padding)
    if layer.kind == "max":
        return {"pool": nn.MaxPool2d(*window, layer.dilation)}
    if layer.kind == "mean":
        return {"pool": nn.AvgPool2d(*window)}
    modules: dict[str, nn.Module] = {"conv": nn.Conv2d(channels, layer.channels, *window, layer.dilation)}
    if layer.norm:
        modules["norm"] = nn.BatchNorm2d(layer.channels)
    if layer.activation != "none":
        modules[layer.activation] = ACTIVATIONS[layer.activation]()
    if layer.pooling != "none":
        modules["pool"] = nn.MaxPool2d(2) if layer.pooling == "max" else nn.AvgPool2d(2)
    if layer.dropout:
        modules["drop"] = nn.Dropout2d(layer.dropout / 100)
    return modules


SPEC = NetworkSpec(
    label=mark("Your own"),
    description=mark("One to four convolutions: choose channels, kernel, stride, padding and what follows each."),
    build=build,
    tutorial=TrainingSettings(network="custom", optimiser="adam", learning_rate=1e-3, batch_size=64),
)
