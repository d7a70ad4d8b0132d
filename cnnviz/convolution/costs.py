"""What a layer costs: numbers to learn, multiply-adds to compute, memory to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from cnnviz.convolution.operation import Operation

BYTES = 4  # of a number, float32
Size = tuple[int, ...]  # of a map or a kernel, (rows, columns); () of a dense layer, whose maps are single numbers


@dataclass(frozen=True)
class LayerCost:
    """A layer from c_in maps of input_size to c_out maps of output_size."""

    c_in: int
    c_out: int
    kernel_size: Size = ()
    input_size: Size = ()
    output_size: Size = ()
    groups: int = 1
    operation: str = "convolution"
    bias: bool = True

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
    def weight_shape(self) -> Size:
        """(c_out, c_in / groups, kernel rows, kernel columns)."""
        return (self.c_out, self.slices, *self.kernel_size)

    @property
    def weights(self) -> int:
        """Numbers in the kernels, biases left out."""
        return 0 if self.pooling else prod(self.weight_shape)

    @property
    def parameters(self) -> int:
        """Weights and one bias per output channel: one kernel serves the whole image."""
        return 0 if self.pooling else self.weights + self.c_out * self.bias

    @property
    def written_sum(self) -> str:
        """How the parameters are counted, "10 × (1 × 5 × 5 + 1)": kernels times (weights of one plus its bias)."""
        if self.pooling:
            return ""
        kernel = " × ".join(f"{side:,}" for side in (self.slices, *self.kernel_size))
        return f"{self.c_out:,} × ({kernel} + 1)" if self.bias else f"{self.c_out:,} × {kernel}"

    @property
    def stops(self) -> Size:
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
    def dense(self) -> LayerCost:
        """The dense layer of the same shape: every output joined to every input."""
        return LayerCost(self.c_in * prod(self.input_size), self.c_out * prod(self.output_size))

    @property
    def share_of_dense(self) -> float:
        """Parameters of this layer for one of the dense layer, 0..1 in any useful case."""
        return self.parameters / self.dense.parameters


def multiply_adds(layers: Sequence[LayerCost]) -> int:
    """Of layers one after the other."""
    return sum(layer.multiply_adds for layer in layers)
