"""How long does a map take beside scikit-learn's t-SNE, and is it as good? Raw MNIST pixels, in turn.

`python -m benchmarks.embedding [points …]`; needs MNIST.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from sklearn.manifold import TSNE

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.datasets import splits
from cnnviz.embedding import quality, tsne
from cnnviz.embedding.settings import EmbeddingSettings

TURNS = 3


def ours(points: Array) -> tuple[Array, float]:
    """Positions and divergence of this project's t-SNE."""
    *_, last = tsne.embed(points, EmbeddingSettings(images=len(points)))
    return last.positions, last.kl_divergence


def theirs(points: Array) -> tuple[Array, float]:
    """The same of scikit-learn's, with as many iterations, after the same reduction to 50 dimensions."""
    model = TSNE(perplexity=30, max_iter=750, random_state=0)
    return model.fit_transform(tsne.reduce(points, seed=0)), model.kl_divergence_


def timed(method: Callable[[Array], tuple[Array, float]], points: Array) -> tuple[float, Array, float]:
    """CPU seconds, positions, divergence."""
    started = time.process_time()
    positions, divergence = method(points)
    return time.process_time() - started, positions, divergence


def main(counts: list[int]) -> None:
    data = datasets.load("mnist")
    tsne.warm_up()
    print(f"{'points':>7} {'':8} {'CPU s':>7} {'KL':>7} {'10-NN':>7}")
    ratio = 0.0
    for count in counts:
        chosen = splits.stratified(data.test_labels, count, seed=0)
        points, labels = data.test_images[chosen].reshape(count, -1) / 255.0, data.test_labels[chosen]
        spent: dict[str, list[float]] = {"ours": [], "sklearn": []}
        for _ in range(TURNS):
            for name, method in (("ours", ours), ("sklearn", theirs)):
                seconds, positions, divergence = timed(method, points)
                spent[name].append(seconds)
                accuracy = quality.vote(quality.neighbours_of(positions), labels)
                print(f"{count:7} {name:8} {seconds:7.2f} {divergence:7.3f} {accuracy:7.1%}", flush=True)
        ratio = statistics.median(b / a for a, b in zip(*spent.values(), strict=True))
    print(f"tsne_ratio {ratio:.1f}")


if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [500, 2000])
