"""A network at work on one image: a column of maps for each layer, the classes at the end.

Pointing at a map shows what it is made of and what it feeds; a click opens it, with its kernel and its numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnviz.arrays import Array
from cnnviz.networks.records import Part
from cnnviz.ui.components.shared.arrays import packed
from cnnviz.ui.components.shared.mount import component
from cnnviz.ui.components.shared.static import serve

_mount = component("network_view")


@dataclass(frozen=True)
class Layer:
    """One layer, or a place where branches join."""

    part: Part
    words: str
    maps: Array  # (C, H, W); a row of D numbers is (1, 1, D); of the image 0..1, which is drawn grey


@dataclass(frozen=True)
class Class:
    """One of the classes at the end."""

    name: str
    probability: float
    written: str  # the probability as it is written
    logit: float


@dataclass(frozen=True)
class Kernels:
    """The kernels of the convolutions, fetched when a map is opened."""

    url: str  # of little-endian float32 numbers, relative to the app
    shapes: Mapping[str, Sequence[int]]  # (C_out, C_in / groups, h, w), by part, in the file's order

    @classmethod
    def of(cls, kernels: Mapping[str, Array]) -> Kernels:
        """Serve kernels (C_out, C_in / groups, h, w), by the names of their parts."""
        numbers = b"".join(np.asarray(one, "<f4").tobytes() for one in kernels.values())
        return cls(serve(numbers, ".bin"), {name: list(one.shape) for name, one in kernels.items()})


@dataclass(frozen=True)
class Pass:
    """The way of one image through a network."""

    layers: Sequence[Layer]  # the image first, the logits last
    classes: Sequence[Class]
    label: int  # the true class


def drawn(passed: Pass) -> dict[str, Any]:
    """What the browser draws of it: one array of all numbers, and what they are."""
    numbers = np.concatenate([np.asarray(layer.maps, np.float32).ravel() for layer in passed.layers])
    ways = {way for layer in passed.layers for way in layer.part.branches}
    return {
        "numbers": packed(numbers),
        "parts": [_drawn(layer, ways) for layer in passed.layers],
        "classes": [vars(one) for one in passed.classes],
        "label": passed.label,
    }


def _drawn(layer: Layer, ways: Collection[tuple[str, str]]) -> dict[str, Any]:
    block, title = _title(layer.part, ways)
    return {
        "name": layer.part.name,
        "block": block,
        "title": title,
        "words": layer.words,
        "shape": list(layer.part.shape),
        "size": list(layer.maps.shape),
        "image": layer.part.kind == "image",
        "connections": [vars(connection) for connection in layer.part.connections],
    }


def _title(part: Part, ways: Collection[tuple[str, str]]) -> tuple[str, str]:
    """The block that a part is in, and its name there: without that of the branch where the block has no other."""
    block, dot, title = part.name.partition(".")
    if not dot:
        return "", part.name
    branches = {branch for other, branch in ways if other == block}
    return block, title.removeprefix(f"{next(iter(branches))}.") if len(branches) == 1 else title


def network_view(drawing: Mapping[str, Any], kernels: Kernels | None, *, key: str, alt: str) -> None:
    """Draw the picture, or update the one already drawn under this key.

    Args:
        drawing: of `drawn`.
        kernels: of the network; None where it has none.
        key: of the picture in the page, whose style sheet gives the class of the key a length `--height`.
        alt: what it shows.
    """
    _mount(key=key, data={**drawing, "kernels": kernels and vars(kernels), "alt": alt})
