"""What a layer costs: numbers to learn and multiply-adds to compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.convolution import Pair


@dataclass(frozen=True)
class Layer:
    """A convolution from c_in maps to c_out maps of output_size, or the dense layer of the same shape."""

    c_in: int
    c_out: int
    kernel_size: Pair
    input_size: Pair
    output_size: Pair
    bias: bool = True

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """(c_out, c_in, kernel rows, kernel columns)."""
        return (self.c_out, self.c_in, *self.kernel_size)

    @property
    def parameters(self) -> int:
        """Weights and biases: one kernel serves the whole image."""
        rows, columns = self.kernel_size
        return self.c_out * (self.c_in * rows * columns + self.bias)

    @property
    def multiply_adds(self) -> int:
        """Products that are added up for one image."""
        rows, columns = self.kernel_size
        height, width = self.output_size
        return height * width * rows * columns * self.c_in * self.c_out

    @property
    def dense_parameters(self) -> int:
        """Weights and biases if every output were joined to every input."""
        (height, width), (rows, columns) = self.input_size, self.output_size
        outputs = rows * columns * self.c_out
        return height * width * self.c_in * outputs + outputs * self.bias


def same_size(c_in: int, c_out: int, kernel_size: int, side: int) -> Layer:
    """A square convolution that keeps the side of its input."""
    return Layer(c_in, c_out, (kernel_size, kernel_size), (side, side), (side, side))


DIRECT: Sequence[Layer] = (same_size(192, 32, 5, 28),)
"""192 maps of 28x28 to 32 by 5x5."""
BOTTLENECK: Sequence[Layer] = (same_size(192, 16, 1, 28), same_size(16, 32, 5, 28))
"""The same shapes, through 16 maps first: a 1x1 convolution mixes channels and saves work."""


def multiply_adds(layers: Sequence[Layer]) -> int:
    """Of layers one after the other."""
    return sum(layer.multiply_adds for layer in layers)


def receptive_field(kernel_sizes: Sequence[int]) -> int:
    """Side of the input square that one output cell sees through convolutions of stride 1, in cells."""
    return 1 + sum(kernel_size - 1 for kernel_size in kernel_sizes)
