"""The controls of the embedding page."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.embedding.settings import EMBEDDING_LIMITS, EmbeddingSettings, perplexity_limits
from cnnviz.ui.frame.controls import Control, number
from cnnviz.ui.frame.session import RUN, STEP

IMAGES = (100, 200, 500, 1000, 1500)
PERPLEXITIES = (5, 10, 20, 30)  # legal even for the fewest images

CONTROLS: Sequence[Control] = (
    RUN,
    STEP,
    number("images", EMBEDDING_LIMITS["images"], EmbeddingSettings.images, IMAGES),
    number("perplexity", perplexity_limits(IMAGES[0]), EmbeddingSettings.perplexity, PERPLEXITIES),
)
