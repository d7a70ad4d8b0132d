"""Receptive field: the cells of a lower map that reach one unit of a higher one, along rows and columns.

Source: A. Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", 2019.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnviz.convolution.axis import Axis, TransposedAxis
from cnnviz.convolution.reached import Reached
from cnnviz.convolution.settings import Pair


@dataclass(frozen=True)
class Reach:
    """The receptive field along one direction: unit u is reached by `size` cells, from `start + jump * u` on."""

    size: int = 1
    jump: int = 1  # cells from one unit to the next; 0 where the same cells reach all of them
    start: int = 0  # negative in the padding

    def through(self, axis: Axis) -> Reach:
        """After a layer that slides over the units."""
        return self._after(axis.span, axis.stride, axis.before)

    def through_transposed(self, axis: TransposedAxis) -> Reach | None:
        """After a transposed convolution; None with a stride: more cells reach one of its units than the next."""
        return None if axis.stride > 1 else self._after(axis.span, 1, axis.span - 1 - axis.before)

    def _after(self, span: int, stride: int, before: int) -> Reach:
        return Reach(self.size + (span - 1) * self.jump, self.jump * stride, self.start - before * self.jump)

    def of_all(self, units: int, length: int) -> Reach:
        """After a layer of which each unit reads all `units` of this one; the lower map has `length` cells."""
        first, last = self.start, self.start + self.jump * (units - 1) + self.size - 1
        first, last = max(first, 0), min(last, length - 1)
        return Reach(last - first + 1, 0, first)

    def joined(self, other: Reach) -> Reach | None:
        """Where units are added to others, or stacked on them; None where both are not equally far apart."""
        if self.jump != other.jump:
            return None
        start = min(self.start, other.start)
        return Reach(max(self.start + self.size, other.start + other.size) - start, self.jump, start)


@dataclass(frozen=True)
class ReceptiveField:
    """Along the rows and along the columns; without layers, a unit is a cell."""

    rows: Reach = Reach()
    columns: Reach = Reach()
    reached: tuple[Reached, Reached] | None = field(default=None, compare=False, repr=False)  # None: not looked at

    @classmethod
    def of_image(cls, rows: int, columns: int) -> ReceptiveField:
        """Before the first layer, of an image of this size."""
        return cls(reached=(Reached.by_themselves(rows), Reached.by_themselves(columns)))

    @property
    def size(self) -> Pair:
        """Rows and columns of cells that reach one unit, padding included."""
        return self.rows.size, self.columns.size

    def through(self, axes: tuple[Axis, Axis]) -> ReceptiveField:
        """After a layer that slides over the units."""
        rows, columns = axes
        return ReceptiveField(self.rows.through(rows), self.columns.through(columns), self._reached_through(axes))

    def _reached_through(self, axes: tuple[Axis, Axis]) -> tuple[Reached, Reached] | None:
        if self.reached is None:
            return None
        return self.reached[0].through(axes[0]), self.reached[1].through(axes[1])

    def through_transposed(self, axes: tuple[TransposedAxis, TransposedAxis]) -> ReceptiveField | None:
        """After a transposed convolution; None where its units differ in what reaches them."""
        rows, columns = axes
        reached = self._reached_through(axes)
        return _both(self.rows.through_transposed(rows), self.columns.through_transposed(columns), reached)

    def of_all(self, units: Pair, image: Pair) -> ReceptiveField:
        """After a layer of which each unit reads all `units` of this one; of an image of this size."""
        rows, columns = (
            reach.of_all(count, length)
            for reach, count, length in zip((self.rows, self.columns), units, image, strict=True)
        )
        reached = self.reached and (self.reached[0].of_all(), self.reached[1].of_all())
        return ReceptiveField(rows, columns, reached)

    def joined(self, other: ReceptiveField) -> ReceptiveField | None:
        """Where the units of two branches are added, or stacked; None where they are not equally far apart."""
        reached = None
        if self.reached is not None and other.reached is not None:
            reached = self.reached[0].joined(other.reached[0]), self.reached[1].joined(other.reached[1])
        return _both(self.rows.joined(other.rows), self.columns.joined(other.columns), reached)


def _both(rows: Reach | None, columns: Reach | None, reached: tuple[Reached, Reached] | None) -> ReceptiveField | None:
    return None if rows is None or columns is None else ReceptiveField(rows, columns, reached)
