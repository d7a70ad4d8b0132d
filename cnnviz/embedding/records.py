"""Records of an embedding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cnnviz.arrays import Array


@dataclass(frozen=True)
class Frame:
    """State of an embedding after an iteration."""

    iteration: int
    positions: Array  # (N, 2) float32
    kl_divergence: float  # nats


@dataclass(frozen=True)
class MapQuality:
    """Quality of a map; every share is 0..1."""

    trustworthiness: float  # of 12 neighbours on the map: 1 when all of them are near in the features too
    neighbours_kept: float  # of the 10 nearest in the features, the share that is among the 10 nearest on the map
    accuracy_features: float  # of a vote of the 10 nearest neighbours by features
    accuracy_map: float  # the same vote on the map
    kl_divergence: float  # nats

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The quality of a stored map; names it does not know are ignored."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})
