"""What a layer costs: numbers to learn, multiply-adds to compute, memory to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnnviz.convolution.operation import Operation
from cnnviz.convolution.settings import Pair

BYTES = 4  # of a number, float32


@dataclass(frozen=True)
class LayerCost:
    """A layer from c_in maps of input_size to c_out maps of output_size, and the dense layer of the same shape."""

    c_in: int
    c_out: int
    kernel_size: Pair
    input_size: Pair
    output_size: Pair
    groups: int = 1
    operation: str = "convolution"

    @classmethod
    def of(cls, operation: Operation) -> LayerCost:
        """The cost of what the sandbox shows."""
        rows, columns = operation.axes
        return cls(
            len(operation.image),
            operation.c_out,
            operation.settings.kernel_size,
            (rows.length, columns.length),
            (rows.output, columns.output),
            operation.settings.groups,
            operation.settings.operation,
        )

    @property
    def pooling(self) -> bool:
        """Whether there is nothing to learn."""
        return self.operation.endswith("pool")

    @property
    def slices(self) -> int:
        """Input channels that one kernel reads."""
        return self.c_in // self.groups

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        """(c_out, c_in / groups, kernel rows, kernel columns)."""
        return (self.c_out, self.slices, *self.kernel_size)

    @property
    def weights(self) -> int:
        """Numbers in the kernels, biases left out."""
        return 0 if self.pooling else prod(self.weight_shape)

    @property
    def parameters(self) -> int:
        """Weights and one bias per output channel: one kernel serves the whole image."""
        return 0 if self.pooling else self.weights + self.c_out

    @property
    def stops(self) -> Pair:
        """Where the kernel is laid down: the cells of the output, of the input in a transposed convolution."""
        return self.input_size if self.operation == "transposed" else self.output_size

    @property
    def multiply_adds(self) -> int:
        """Products that are added up for one image; of a pooling, the values that are compared or added."""
        slices = 1 if self.pooling else self.slices
        return prod(self.stops) * prod(self.kernel_size) * slices * self.c_out

    @property
    def values(self) -> int:
        """Numbers to hold for one image: input, parameters and output."""
        return self.c_in * prod(self.input_size) + self.parameters + self.c_out * prod(self.output_size)

    @property
    def memory(self) -> int:
        """The same in bytes."""
        return BYTES * self.values

    @property
    def dense_parameters(self) -> int:
        """Weights and biases if every output were joined to every input."""
        outputs = self.c_out * prod(self.output_size)
        return self.c_in * prod(self.input_size) * outputs + outputs

    @property
    def share_of_dense(self) -> float:
        """Parameters of this layer for one of the dense layer, 0..1 in any useful case."""
        return self.parameters / self.dense_parameters


def multiply_adds(layers: Sequence[LayerCost]) -> int:
    """Of layers one after the other."""
    return sum(layer.multiply_adds for layer in layers)
