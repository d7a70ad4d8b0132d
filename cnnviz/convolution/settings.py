"""Settings of a convolution or pooling, their limits, and whether they fit an input. Pairs are (rows, columns)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd

from cnnviz.convolution.axis import Axis, TransposedAxis
from cnnviz.language import Sentence, mark, sentence
from cnnviz.refusal import Range, Refusal, quoted

Pair = tuple[int, int]
AXES = (mark("rows"), mark("columns"))
LIMITS: Mapping[str, Range] = {
    "kernel_size": Range(1, 7),
    "stride": Range(1, 4),
    "padding": Range(0, 6),
    "dilation": Range(1, 3),
    "output_padding": Range(0, 3),
}
"""What the sandbox offers on each axis, in cells."""
NAMES: Mapping[str, str] = {
    "kernel_size": mark("kernel size"),
    "stride": mark("stride"),
    "padding": mark("padding"),
    "named_padding": mark("named padding"),
    "padding_mode": mark("padding mode"),
    "output_padding": mark("output padding"),
    "dilation": mark("dilation"),
    "groups": mark("groups"),
    "flip": mark("flip"),
    "ceil_mode": mark("ceil mode"),
    "count_include_pad": mark("count include pad"),
    "activation": mark("activation"),
    "operation": mark("operation"),
}
"""How a sentence names a setting."""
MOST_CHANNELS = {"in": 3, "out": 4}
OPERATIONS: Mapping[str, str] = {
    "convolution": mark("Convolution"),
    "transposed": mark("Transposed convolution"),
    "max_pool": mark("Max pooling"),
    "average_pool": mark("Average pooling"),
}
POOLING = ("max_pool", "average_pool")
PADDINGS: Mapping[str, str] = {
    "valid": mark("No padding: the kernel stays inside."),
    "same": mark(
        "Padding d (k - 1) in all: at stride 1 the size stays. An odd one goes below and right, as in PyTorch's Conv2d."
    ),
    "same_before": mark(
        "Padding d (k - 1) in all: at stride 1 the size stays. An odd one goes on top and left, as in d2l's book."
    ),
    "full": mark("Padding d (k - 1) on each side: every overlap counts."),
}
PADDING_MODES: Mapping[str, str] = {
    "zeros": mark("Zeros"),
    "reflect": mark("Reflect"),
    "replicate": mark("Replicate"),
    "circular": mark("Circular"),
}
ACTIVATIONS: Mapping[str, str] = {"none": mark("None"), "relu": mark("ReLU")}


class Misfit(Refusal):
    """Settings that do not fit their input.

    Args:
        template: of the sentence, or the sentence itself.
        asked: the settings.
        remedy: the nearest settings that fit.
        values: of the template.
    """

    def __init__(
        self, template: str | Sentence, /, asked: ConvolutionSettings, remedy: ConvolutionSettings, **values: object
    ) -> None:
        super().__init__(template, **values)
        self.asked, self.remedy = asked, remedy


@dataclass(frozen=True)
class ConvolutionSettings:
    """Settings of torch.nn.Conv2d, ConvTranspose2d, MaxPool2d or AvgPool2d; pairs are (rows, columns)."""

    kernel_size: Pair = (3, 3)
    stride: Pair = (1, 1)
    padding: Pair | str = (0, 0)  # on each of the two sides; or a name of PADDINGS
    dilation: Pair = (1, 1)
    operation: str = "convolution"
    padding_mode: str = "zeros"  # of a convolution
    output_padding: Pair = (0, 0)  # of a transposed convolution
    groups: int = 1
    flip: bool = False  # true convolution: the kernel rotated by 180 degrees; torch computes cross-correlation
    ceil_mode: bool = False  # of a pooling
    count_include_pad: bool = True  # of an average pooling: whether zeros of the padding count
    activation: str = "none"

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            if name != "padding" or not isinstance(self.padding, str):
                for axis, value in zip(AXES, getattr(self, name), strict=True):
                    named = sentence("{setting} ({axis})", setting=sentence(NAMES[name]), axis=sentence(axis))
                    limits.check(named, value)
        Range(1, MOST_CHANNELS["in"]).check(sentence(NAMES["groups"]), self.groups)
        _check_option("operation", self.operation, OPERATIONS)
        _check_option("padding_mode", self.padding_mode, PADDING_MODES)
        _check_option("activation", self.activation, ACTIVATIONS)
        if isinstance(self.padding, str):
            _check_option("padding", self.padding, PADDINGS)
        for name in self.inapplicable:
            raise Refusal(
                "{operation:lower} has no {setting}; leave it out.",
                operation=sentence(OPERATIONS[self.operation]),
                setting=sentence(NAMES[name]),
            )

    @property
    def pooling(self) -> bool:
        """Whether there are no weights."""
        return self.operation in POOLING

    @property
    def inapplicable(self) -> list[str]:
        """Settings given that do not apply to this operation."""
        has = {
            "convolution": {"padding_mode", "groups", "flip", "dilation", "activation", "named_padding"},
            "transposed": {"output_padding", "groups", "flip", "dilation", "activation"},
            "max_pool": {"ceil_mode", "dilation"},
            "average_pool": {"ceil_mode", "count_include_pad"},
        }[self.operation]
        given = {
            "padding_mode": self.padding_mode != "zeros",
            "output_padding": self.output_padding != (0, 0),
            "groups": self.groups != 1,
            "flip": self.flip,
            "dilation": self.dilation != (1, 1),
            "activation": self.activation != "none",
            "ceil_mode": self.ceil_mode,
            "count_include_pad": not self.count_include_pad,
            "named_padding": isinstance(self.padding, str),
        }
        return [name for name, is_given in given.items() if is_given and name not in has]

    @property
    def frame(self) -> tuple[Pair, Pair]:
        """Padding (before, after) on rows and columns.

        The odd row or column of "same" comes after, as in torch.nn.Conv2d; that of "same_before" comes before.
        """
        rows, columns = (self._frame(i) for i in range(2))
        return rows, columns

    def _frame(self, i: int) -> Pair:
        if not isinstance(self.padding, str):
            return self.padding[i], self.padding[i]
        reach = self.dilation[i] * (self.kernel_size[i] - 1)
        half = reach // 2
        frames = {
            "valid": (0, 0),
            "same": (half, reach - half),
            "same_before": (reach - half, half),
            "full": (reach, reach),
        }
        return frames[self.padding]

    def axes(self, image_size: Pair) -> tuple[Axis, Axis]:
        """The same settings seen along the rows and along the columns of an image.

        Raises:
            Misfit: they do not fit the image.
        """
        rows, columns = (self._axis(i, length) for i, length in enumerate(image_size))
        for name, axis in zip(AXES, (rows, columns), strict=True):
            problem = axis.problem(name)
            if problem:
                raise Misfit(problem, self, self.fitted(image_size))
        return rows, columns

    def fitted(self, image_size: Pair) -> ConvolutionSettings:
        """The nearest settings that fit: legal padding, more padding where that is enough, else a smaller kernel."""
        settings = self
        while True:
            ill = next((i for i in range(2) if settings._axis(i, image_size[i]).problem(AXES[i])), None)
            if ill is None:
                return settings
            settings = settings._mended(ill, settings._axis(ill, image_size[ill]))

    def _mended(self, i: int, axis: Axis) -> ConvolutionSettings:
        """Settings with one thing changed towards fitting on axis i."""
        if isinstance(axis, TransposedAxis):
            if axis.output_padding > axis.most_output_padding:
                return replace(self, output_padding=changed(self.output_padding, i, axis.most_output_padding))
            return self._padded(i, axis.padding_allowed)
        if axis.overpadded:
            if isinstance(self.padding, str):
                return replace(self, padding_mode="zeros")
            return self._padded(i, int(axis.largest_padding or 0))
        most = int(LIMITS["padding"].high)
        if axis.padding_needed <= min(most, most if axis.largest_padding is None else axis.largest_padding):
            return self._padded(i, axis.padding_needed)
        return replace(self, kernel_size=changed(self.kernel_size, i, axis.largest_kernel))

    def _padded(self, i: int, padding: int) -> ConvolutionSettings:
        old = (0, 0) if isinstance(self.padding, str) else self.padding
        return replace(self, padding=changed(old, i, padding))

    def _axis(self, i: int, length: int) -> Axis:
        before, after = self._frame(i)
        common = (length, self.kernel_size[i], self.stride[i], before, after, self.dilation[i])
        if self.operation == "transposed":
            return TransposedAxis(*common, output_padding=self.output_padding[i])
        return Axis(*common, padding_mode=self.padding_mode, ceil_mode=self.ceil_mode, pooling=self.pooling)


def _check_option(name: str, value: str, options: Mapping[str, str]) -> None:
    if value not in options:
        raise Refusal(
            "{name} must be one of {options}; it is {value}.",
            name=sentence(NAMES[name]),
            options=", ".join(options),
            value=quoted(value),
        )


def changed(pair: Pair, i: int, value: int) -> Pair:
    """The pair with its i-th number replaced."""
    return (value, pair[1]) if i == 0 else (pair[0], value)


def legal_groups(c_in: int, c_out: int) -> list[int]:
    """Common divisors of the input and output channels."""
    return [groups for groups in range(1, c_in + 1) if gcd(c_in, c_out) % groups == 0]
