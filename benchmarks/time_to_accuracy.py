"""How long until 98 % and 99 % of the test images are right? Seconds of training, five seeds, recipes fixed beforehand.

`python -m benchmarks.time_to_accuracy`
"""

from __future__ import annotations

import os
import statistics

import torch

from cnnviz import datasets
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop
from cnnviz.training.recipes import RECIPES

SEEDS = range(5)
TARGETS: dict[float, TrainingSettings] = {
    0.98: RECIPES["quick"].settings.but(subset=18_000),
    0.99: RECIPES["quick"].settings,
}


def main() -> None:
    threads = os.cpu_count() or 1
    torch.set_num_threads(threads)
    data = datasets.load("mnist")
    print(f"{threads} threads; final accuracy on the 10,000 test images, and seconds of training, tests left out")
    for target, settings in TARGETS.items():
        finals = [list(loop.train(settings.but(seed=seed), data))[-1] for seed in SEEDS]
        for seed, final in zip(SEEDS, finals, strict=True):
            print(f"{target:.0%}  seed {seed}  {final.accuracy:.2%}  {final.seconds:6.2f} s", flush=True)
        reached = sum(final.accuracy >= target for final in finals)
        seconds = statistics.median(final.seconds for final in finals)
        print(f"seconds_to_{target * 100:.0f} {seconds:.2f} ({reached} of {len(finals)} seeds)")


if __name__ == "__main__":
    main()
