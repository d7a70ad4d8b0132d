"""Live map: t-SNE of a sample of test images that follows a network while it learns, each frame from the one before."""

from __future__ import annotations

import time

from torch import nn

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.datasets.preparation import prepared
from cnnviz.embedding.records import Frame
from cnnviz.embedding.settings import LIVE
from cnnviz.embedding.tsne import Descent, affinities_of, check, first_positions, reduce
from cnnviz.inspection import features
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings

ITERATIONS = 50  # from one frame to the next


class LiveMap:
    """t-SNE of the features of LIVE.images test images, continued from its last positions for each new frame."""

    def __init__(self, settings: TrainingSettings) -> None:
        data = datasets.load(settings.dataset)
        self.chosen = features.chosen_test_images(settings.dataset, LIVE.images)
        self.images = prepared(data.test_images[self.chosen], settings)
        self.places: Array | None = None  # (N, 2)
        self.seconds = 0.0  # spent so far

    def frame(self, network: nn.Sequential, step: int) -> Frame | None:
        """Positions under the network as it is after a step; None while it does not tell the images apart."""
        started = time.perf_counter()
        points = features.features(network, self.images.to(next(network.parameters()).device))
        frame = None
        try:
            check(points, LIVE.but(images=len(points), perplexity=self._perplexity))
            frame = self._place(points, step)
        except Refusal:
            pass  # the network is dead or diverged: there is nothing to place
        self.seconds += time.perf_counter() - started
        return frame

    @property
    def _perplexity(self) -> float:
        return min(LIVE.perplexity, (len(self.chosen) - 1) / 3)

    def _place(self, points: Array, step: int) -> Frame:
        reduced = reduce(points, LIVE.seed)
        affinities = affinities_of(reduced, self._perplexity, LIVE.seed)
        fresh = self.places is None
        descent = Descent(affinities, first_positions(reduced, LIVE.seed) if self.places is None else self.places)
        exaggerated = LIVE.exaggerated if fresh else 0
        for iteration in range(exaggerated + (LIVE.iterations if fresh else ITERATIONS)):
            descent.step(iteration < exaggerated)
        self.places = descent.places.T.copy()
        return Frame(step, self.places, descent.frame().kl_divergence)
