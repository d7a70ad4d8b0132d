"""Lessons in a row: of each a small picture, its name and a sentence; the whole is a link to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cnnviz.arrays import Array
from cnnviz.ui.components.shared.arrays import packed
from cnnviz.ui.components.shared.mount import component

_mount = component("lesson_cards")


@dataclass(frozen=True)
class Picture:
    """What is drawn of a lesson."""

    alt: str
    drawing: Mapping[str, Any]  # as `convolution`, `curve`, `network`, `points` or `tiles` give it


@dataclass(frozen=True)
class Card:
    """One lesson; its picture may come later, and has its place until then."""

    name: str
    title: str
    description: str
    address: str  # relative to the app
    picture: Picture | None


def lesson_cards(cards: Sequence[Card], *, key: str) -> str | None:
    """Draw the cards, or update those already drawn under this key; the name of the one that was followed now."""
    followed: str | None = _mount(
        key=key, data={"cards": [asdict(card) for card in cards]}, on_followed_change=_nothing
    ).followed
    return followed


def convolution(image: Array, kernel: Array, output: Array) -> dict[str, Any]:
    """A convolution of one channel: three tables (H, W)."""
    return {"kind": "convolution", "tables": [packed(table) for table in (image, kernel, output)]}


def curve(steps: Array, losses: Array) -> dict[str, Any]:
    """Losses (N,) after steps (N,)."""
    return {"kind": "curve", "steps": packed(steps.astype(float)), "losses": packed(losses)}


def network(image: Array, layers: Sequence[Array]) -> dict[str, Any]:
    """An image (H, W), 0..1, and some maps (C, H, W) of each of some layers."""
    maps = [packed(np.asarray(layer, np.float32)) for layer in layers]
    return {"kind": "network", "image": packed(np.asarray(image, np.float32)), "layers": maps}


def points(positions: Array, labels: Array, colours: Sequence[str]) -> dict[str, Any]:
    """Positions (N, 2) in the colours of their labels (N,)."""
    return {
        "kind": "points",
        "positions": packed(np.asarray(positions, np.float32)),
        "colours": [colours[label % len(colours)] for label in labels],
    }


def tiles(images: Array, words: Sequence[str]) -> dict[str, Any]:
    """Images (N, H, W), 0..1, with a few words below each."""
    return {"kind": "tiles", "images": packed(np.asarray(images, np.float32)), "words": list(words)}


def _nothing() -> None:
    """The trigger `followed` exists only when something may be called."""
