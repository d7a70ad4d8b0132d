"""Receptive field: the cells of a lower map that reach one unit of a higher one, along rows and columns.

Source: A. Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", 2019.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnnviz.convolution.axis import Axis, TransposedAxis
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

    @property
    def size(self) -> Pair:
        """Rows and columns of cells that reach one unit, padding included."""
        return self.rows.size, self.columns.size

    def through(self, axes: tuple[Axis, Axis]) -> ReceptiveField:
        """After a layer that slides over the units."""
        rows, columns = axes
        return ReceptiveField(self.rows.through(rows), self.columns.through(columns))

    def through_transposed(self, axes: tuple[TransposedAxis, TransposedAxis]) -> ReceptiveField | None:
        """After a transposed convolution; None where its units differ in what reaches them."""
        rows, columns = axes
        return _both(self.rows.through_transposed(rows), self.columns.through_transposed(columns))

    def joined(self, other: ReceptiveField) -> ReceptiveField | None:
        """Where the units of two branches are added, or stacked; None where they are not equally far apart."""
        return _both(self.rows.joined(other.rows), self.columns.joined(other.columns))


def _both(rows: Reach | None, columns: Reach | None) -> ReceptiveField | None:
    return None if rows is None or columns is None else ReceptiveField(rows, columns)
