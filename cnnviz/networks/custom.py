"""One to four convolutions of the learner's own, and a dense layer.

Written as text: `conv 16 k5 s1 p2 bn relu max drop25; …`, where bn, the activation, the pooling and dropout (percent)
may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from cnnviz.networks.blocks import chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.refusal import Range, Refusal, quoted
from cnnviz.settings import TrainingSettings

SIDE = 28  # pixels of the input
MOST_LAYERS = 4
MOST_PARAMETERS = 5_000_000
LIMITS: Mapping[str, Range] = {
    "channels": Range(1, 256),
    "kernel_size": Range(1, 9),
    "stride": Range(1, 4),
    "padding": Range(0, 4),
    "dropout": Range(0, 90),
}
ACTIVATIONS: Mapping[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky": nn.LeakyReLU,
    "gelu": nn.GELU,
    "tanh": nn.Tanh,
    "none": nn.Identity,
}
POOLINGS = ("max", "mean", "none")


@dataclass(frozen=True)
class CustomLayer:
    """A convolution and what follows it."""

    channels: int = 16
    kernel_size: int = 5
    stride: int = 1
    padding: int = 2
    norm: bool = False  # batch normalisation
    activation: str = "relu"
    pooling: str = "max"  # of 2x2
    dropout: int = 0  # percent

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            limits.check(name.replace("_", " "), getattr(self, name))

    def sides(self, side: int, number: int) -> int:
        """Side of the maps after this layer, the number-th; Refusal when nothing is left."""
        before = f"a {side}x{side} map" + (f" after layer {number - 1}" if number > 1 else "")
        if self.kernel_size > side + 2 * self.padding:
            padded = f" padded by {self.padding}" if self.padding else ""
            raise Refusal(
                f"kernel {self.kernel_size} does not fit {before}{padded}; use a kernel of at most "
                f"{min(side + 2 * self.padding, int(LIMITS['kernel_size'].high))}, or less pooling before."
            )
        side = (side + 2 * self.padding - self.kernel_size) // self.stride + 1
        if self.pooling == "none":
            return side
        if side < 2:
            raise Refusal(f"pooling does not fit the {side}x{side} map of layer {number}; leave it out.")
        return side // 2

    @property
    def text(self) -> str:
        """As `parse` reads it."""
        words = ["conv", str(self.channels), f"k{self.kernel_size}", f"s{self.stride}", f"p{self.padding}"]
        words += ["bn"] * self.norm + [self.activation] * (self.activation != "none")
        words += [self.pooling] * (self.pooling != "none") + [f"drop{self.dropout}"] * (self.dropout > 0)
        return " ".join(words)


def parse(text: str) -> Sequence[CustomLayer]:
    """The layers of a text, which can be built.

    Raises:
        Refusal: it is no such text, a kernel does not fit, or there are too many parameters.
    """
    layers = read(text)
    check(layers)
    return layers


def read(text: str) -> Sequence[CustomLayer]:
    """The layers of a text, whether they fit or not; Refusal when it is no such text."""
    layers = [_parse_layer(part) for part in text[:500].split(";")]
    if len(layers) > MOST_LAYERS:
        raise Refusal(f"a custom network has 1 to {MOST_LAYERS} convolutions; this one has {len(layers)}.")
    return layers


def written(layers: Sequence[CustomLayer]) -> str:
    """As `read` reads it."""
    return "; ".join(layer.text for layer in layers)


def check(layers: Sequence[CustomLayer]) -> None:
    """Raise Refusal where a kernel does not fit, or there are too many parameters."""
    total, channels, side = 0, 1, SIDE
    for number, layer in enumerate(layers, 1):
        side = layer.sides(side, number)
        total += layer.channels * (channels * layer.kernel_size**2 + 1 + 2 * layer.norm)
        channels = layer.channels
    total += 10 * (channels * side * side + 1)
    if total > MOST_PARAMETERS:
        raise Refusal(f"the network has {total:,} parameters; the limit is {MOST_PARAMETERS:,}: use fewer channels.")


def _parse_layer(text: str) -> CustomLayer:
    kind, *words = text.split() or [""]
    if kind != "conv":
        raise Refusal(f"a layer is written like conv 16 k5 s1 p2 bn relu max drop25; it begins with {quoted(kind)}.")
    values: dict[str, object] = {"activation": "none", "pooling": "none", "padding": 0}
    letters = {"": "channels", "k": "kernel_size", "s": "stride", "p": "padding", "drop": "dropout"}
    for word in words:
        number = re.fullmatch(r"(|k|s|p|drop)([0-9]{1,4})", word, re.ASCII)
        if number:
            values[letters[number[1]]] = int(number[2])
        elif word == "bn":
            values["norm"] = True
        elif word in ACTIVATIONS:
            values["activation"] = word
        elif word in POOLINGS:
            values["pooling"] = word
        else:
            raise Refusal(f"a layer is written like conv 16 k5 s1 p2 bn relu max drop25; not {quoted(word)}.")
    return CustomLayer(**values)  # type: ignore[arg-type]


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    layers: dict[str, nn.Module] = {}
    channels, side = 1, SIDE
    for number, layer in enumerate(parse(settings.layers), 1):
        layers |= {f"{name}{number}": module for name, module in _modules(layer, channels).items()}
        channels, side = layer.channels, layer.sides(side, number)
    return chain(**layers, flatten=nn.Flatten(), dense=nn.Linear(channels * side * side, 10))


def _modules(layer: CustomLayer, channels: int) -> dict[str, nn.Module]:
    modules: dict[str, nn.Module] = {
        "conv": nn.Conv2d(channels, layer.channels, layer.kernel_size, layer.stride, layer.padding)
    }
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
    label="Your own",
    lesson="One to four convolutions: choose channels, kernel, stride, padding and what follows each.",
    build=build,
    tutorial=TrainingSettings(network="custom", optimiser="adam", learning_rate=1e-3, batch_size=64),
)
