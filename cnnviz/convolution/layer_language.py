"""The language of layers: `conv 16 k5 s1 p2 bn relu max drop25; max k2 s2`.

Layers stand one after the other, with a ; between them. A layer begins with its kind; its numbers follow: the channels
of a convolution, then k, s, p and d for kernel size, stride, padding and dilation. What a convolution is followed by
comes last: bn for batch normalisation, an activation, max or mean for a pooling of 2x2, drop for dropout in percent.
Stacks are the part of it without training: convolutions and poolings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnviz.convolution.axis import Axis
from cnnviz.language import mark
from cnnviz.refusal import Range, Refusal, quoted

KINDS: Mapping[str, str] = {
    "conv": mark("Convolution"),
    "max": mark("Max pooling"),
    "mean": mark("Average pooling"),
}
ACTIVATIONS = ("relu", "leaky", "gelu", "tanh", "none")
POOLINGS = ("max", "mean", "none")
LETTERS = {"channels": "", "kernel_size": "k", "stride": "s", "padding": "p", "dilation": "d", "dropout": "drop"}
OF_TRAINING = ("norm", "activation", "dropout")
OF_WINDOWS = ("kernel_size", "stride", "padding", "dilation")  # the settings that a pooling has, too
MISFITS: Mapping[str, str] = {
    "conv": mark("layer {number}, convolution: {problem}"),
    "max": mark("layer {number}, max pooling: {problem}"),
    "mean": mark("layer {number}, average pooling: {problem}"),
}


@dataclass(frozen=True)
class Layer:
    """A convolution with what follows it, or a pooling; the same along rows and columns."""

    kind: str = "conv"
    channels: int = 1  # output channels of a convolution; a pooling keeps those it gets
    kernel_size: int = 3
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    norm: bool = False  # batch normalisation
    activation: str = "none"
    pooling: str = "none"  # of 2x2
    dropout: int = 0  # percent

    def axis(self, length: int) -> Axis:
        """The convolution, or the pooling, along rows or columns of a map."""
        window = (self.kernel_size, self.stride, self.padding, self.padding, self.dilation)
        return Axis(length, *window, pooling=self.kind != "conv")

    @property
    def unfolded(self) -> Sequence[Layer]:
        """The same, with the pooling that follows a convolution as a layer of its own."""
        if self.pooling == "none":
            return [self]
        return [replace(self, pooling="none"), halving(self.pooling)]

    def changed(self, name: str, value: Any) -> Layer:
        """With another value of a setting; a pooling begins with windows side by side."""
        if name == "kind" and value != self.kind:
            return replace(self, kind=value, kernel_size=3, stride=1) if value == "conv" else halving(value)
        return replace(self, **{name: value})


def halving(kind: str) -> Layer:
    """A pooling of 2x2 windows side by side."""
    return Layer(kind, kernel_size=2, stride=2)


@dataclass(frozen=True)
class Purpose:
    """What layers are written for: what they may be, and what a convolution is where its text says nothing."""

    limits: Mapping[str, Range]
    most_layers: int
    example: str
    usual: Layer = field(default_factory=Layer)
    always: Sequence[str] = ()  # settings that are written even where they are usual
    trained: bool = False

    def check(self, layer: Layer) -> None:
        """Raise Refusal where a number is outside of its limits."""
        for name, limits in self.limits.items():
            limits.check(name, getattr(layer, name))


STACK = Purpose(
    limits={
        "channels": Range(1, 512),
        "kernel_size": Range(1, 11),
        "stride": Range(1, 4),
        "padding": Range(0, 6),
        "dilation": Range(1, 3),
    },
    most_layers=6,
    example="conv 16 k3 s1 p1 d1",
)
NETWORK = Purpose(
    limits={
        "channels": Range(1, 256),
        "kernel_size": Range(1, 9),
        "stride": Range(1, 4),
        "padding": Range(0, 4),
        "dilation": Range(1, 3),
        "dropout": Range(0, 90),
    },
    most_layers=8,
    example="conv 16 k5 s1 p2 bn relu max drop25",
    usual=Layer(channels=16, kernel_size=5),
    always=("stride", "padding"),
    trained=True,
)


def parse(text: str, purpose: Purpose) -> list[Layer]:
    """The layers of a text, whether they fit each other or not.

    Raises:
        Refusal: it is no such text, or says what is not to be had for this purpose.
    """
    layers = [_parse_layer(part, purpose) for part in text.split(";")]
    return layers if purpose.trained else [step for layer in layers for step in layer.unfolded]


def write(layers: Sequence[Layer], purpose: Purpose) -> str:
    """The text that `parse` reads as these layers."""
    return "; ".join(_write_layer(layer, purpose) for layer in layers)


def _parse_layer(text: str, purpose: Purpose) -> Layer:
    kind, *words = text.split() or [""]
    if kind not in KINDS:
        raise Refusal(
            "a layer is one of {kinds}, written like {example}; it begins with {word}.",
            kinds=", ".join(KINDS),
            example=purpose.example,
            word=quoted(kind),
        )
    given: dict[str, Any] = {}
    for word in words:
        name, value = _meaning(word, purpose)
        if kind == "conv" or name in OF_WINDOWS:
            given[name] = value
        elif name != "channels":  # a pooling keeps those that it gets
            raise Refusal("a pooling is written like max k2 s2; {word} is not understood.", word=quoted(word))
    layer = replace(purpose.usual if kind == "conv" else Layer(kind), **given)
    purpose.check(layer)
    return layer


def _meaning(word: str, purpose: Purpose) -> tuple[str, Any]:
    """The setting that a word names, and its value."""
    meaning = _read(word)
    if meaning is None:
        raise Refusal(
            "a layer is written like {example}; {word} is not understood.", example=purpose.example, word=quoted(word)
        )
    if meaning[0] in OF_TRAINING and not purpose.trained:
        raise Refusal(
            "a stack is not trained: leave {word} out; a layer of it is written like {example}.",
            word=quoted(word),
            example=purpose.example,
        )
    return meaning


def _read(word: str) -> tuple[str, Any] | None:
    number = re.fullmatch(r"(|k|s|p|d|drop)([0-9]{1,4})", word, re.ASCII)
    if number:
        return next(name for name, letter in LETTERS.items() if letter == number[1]), int(number[2])
    if word == "bn":
        return "norm", True
    if word in ACTIVATIONS:
        return "activation", word
    return ("pooling", word) if word in POOLINGS else None


def _write_layer(layer: Layer, purpose: Purpose) -> str:
    numbers = [name for name in OF_WINDOWS if name in ("kernel_size", *purpose.always) or _unusual(layer, name)]
    words = [layer.kind, *(f"{LETTERS[name]}{getattr(layer, name)}" for name in numbers)]
    if layer.kind != "conv":
        return " ".join(words)
    words.insert(1, str(layer.channels))
    if layer.norm:
        words.append("bn")
    words += [word for word in (layer.activation, layer.pooling) if word != "none"]
    if layer.dropout:
        words.append(f"drop{layer.dropout}")
    return " ".join(words)


def _unusual(layer: Layer, name: str) -> bool:
    """Whether a number is not what it is where a text says nothing of it."""
    return bool(getattr(layer, name) != getattr(Layer(), name))
