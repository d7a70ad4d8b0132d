"""Reached cells: which cells of a lower map reach which unit of a higher one, as tables, along one direction.

A receptive field says from where to where; these say which of the cells between really are read, padding left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnviz.arrays import Array
from cnnviz.convolution.axis import NOTHING, Axis


@dataclass(frozen=True, eq=False)
class Reached:
    """A table (units, cells) bool."""

    table: Array

    @classmethod
    def by_themselves(cls, length: int) -> Reached:
        """Without layers: a unit is a cell."""
        return cls(np.eye(length, dtype=bool))

    @property
    def most(self) -> int:
        """Cells that reach one unit, at most."""
        return int(self.table.sum(axis=1).max())

    @property
    def spread(self) -> int:
        """Cells from the first to the last that reach one unit, at most."""
        rows = self.table[self.table.any(axis=1)]
        if not len(rows):
            return 0
        return int((rows.shape[1] - rows[:, ::-1].argmax(axis=1) - rows.argmax(axis=1)).max())

    def through(self, axis: Axis) -> Reached:
        """After a layer that slides over the units, or lays its kernel onto an output."""
        taps = axis.taps
        units = np.where(taps == NOTHING, NOTHING, axis.sources[taps])
        return Reached((self.table[units] & (units != NOTHING)[..., None]).any(axis=1))

    def of_all(self) -> Reached:
        """After a layer of which each unit reads all units of this one."""
        return Reached(np.tile(self.table.any(axis=0), (len(self.table), 1)))

    def joined(self, other: Reached) -> Reached:
        """Where units are added to others, or stacked on them."""
        return Reached(self.table | other.table)
