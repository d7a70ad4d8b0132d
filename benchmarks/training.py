"""How fast do networks train, beside the tutorials' own loop? One thread, in turn, images per CPU second.

`python -m benchmarks.training [network …]`; needs MNIST.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice

import torch

from benchmarks import tutorial_loop
from cnnviz import datasets
from cnnviz.datasets.records import ImageData
from cnnviz.networks import NETWORKS
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop

TURNS = 5
STEPS = 150  # of each turn
WARM_UP = 10  # steps that are not counted

Losses = Callable[[], Iterator[float]]


def ours(settings: TrainingSettings, data: ImageData) -> Iterator[float]:
    """Losses of our loop, without tests and snapshots, which the tutorial's loop has not either."""
    run = loop.Training(settings, data)
    while True:
        for images, labels in run.batches.serve(run.batches.order()):
            yield run.update(images, labels)[0]


def images_per_cpu_second(losses: Iterator[float], batch_size: int) -> float:
    """Speed over STEPS batches."""
    for _ in islice(losses, WARM_UP):
        pass
    started = time.process_time()
    for _ in islice(losses, STEPS):
        pass
    return STEPS * batch_size / (time.process_time() - started)


def first_losses_differ(settings: TrainingSettings, data: ImageData) -> tuple[float, float]:
    """Largest difference from the tutorial's loop over 100 steps: of the exact and of the fast mode."""
    expected = list(islice(tutorial_loop.losses(settings), 100))

    def difference(exact: bool) -> float:
        found = islice(ours(settings.but(exact=exact), data), 100)
        return max(abs(a - b) for a, b in zip(expected, found, strict=True))

    return difference(True), difference(False)


def compare(name: str, data: ImageData) -> tuple[float, float]:
    """Print the row of a network; the ratios of the exact and the fast mode to the tutorial's loop."""
    settings = NETWORKS[name].tutorial
    variants: dict[str, Losses] = {
        "tutorial": lambda: tutorial_loop.losses(settings),
        "exact": lambda: ours(settings.but(exact=True), data),
        "fast": lambda: ours(settings, data),
    }
    speeds: dict[str, list[float]] = {variant: [] for variant in variants}
    for _ in range(TURNS):
        for variant, losses in variants.items():
            speeds[variant].append(images_per_cpu_second(losses(), settings.batch_size))
    ratios = {
        variant: statistics.median(
            speed / base for speed, base in zip(speeds[variant], speeds["tutorial"], strict=True)
        )
        for variant in ("exact", "fast")
    }
    medians = " ".join(f"{statistics.median(values):10,.0f}" for values in speeds.values())
    exact, fast = first_losses_differ(settings, data)
    print(f"{name:12} {medians} {ratios['exact']:7.2f}x {ratios['fast']:7.2f}x {exact:13.1e} {fast:13.1e}", flush=True)
    return ratios["exact"], ratios["fast"]


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    data = datasets.load("mnist")
    print(f"images per CPU second, median of {TURNS} turns of {STEPS} steps; difference of the first 100 losses")
    print(f"{'':12} {'images per CPU second':^32} {'ratio':^17} {'difference':^27}")
    print(
        f"{'network':12} {'tutorial':>10} {'exact':>10} {'fast':>10} " + f"{'exact':>8} {'fast':>8} ".ljust(18), end=""
    )
    print(f"{'exact':>13} {'fast':>13}")
    found = {name: compare(name, data) for name in names}
    if "two_conv" in found:
        exact, fast = found["two_conv"]
        print(f"two_conv_exact_ratio {exact:.2f}")
        print(f"two_conv_ratio {fast:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(NETWORKS))
