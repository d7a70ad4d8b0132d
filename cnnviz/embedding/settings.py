"""Settings of an embedding and their limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnviz.language import mark, sentence
from cnnviz.refusal import Range

EMBEDDING_LIMITS: Mapping[str, Range] = {
    mark("images"): Range(20, 10_000),
    mark("iterations"): Range(50, 5_000),
    mark("exaggerated"): Range(0, 5_000),
    mark("seed"): Range(0, 2**31 - 1),
}


def perplexity_limits(images: int) -> Range:
    """Legal perplexities of so many images: openTSNE computes affinities with three times as many neighbours."""
    return Range(1, (images - 1) / 3, whole=False)


@dataclass(frozen=True)
class EmbeddingSettings:
    """Settings of t-SNE; equal settings and features give equal maps, with any number of threads."""

    images: int = 1500
    perplexity: float = 30.0  # effective number of neighbours of a point
    exaggerated: int = 250  # iterations of early exaggeration
    iterations: int = 500  # after these
    seed: int = 0

    def __post_init__(self) -> None:
        for name, limits in EMBEDDING_LIMITS.items():
            limits.check(sentence(name), getattr(self, name))
        perplexity_limits(self.images).check(sentence("perplexity"), self.perplexity)

    def but(self, **changes: Any) -> EmbeddingSettings:
        """A copy with some settings changed, checked again."""
        return replace(self, **changes)


LIVE = EmbeddingSettings(images=500, perplexity=30.0, exaggerated=100, iterations=150)
"""Of the live map: until its first frame."""
