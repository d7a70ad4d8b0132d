"""Are the tutorials' results those of this dashboard? Every tutorial setting is trained on the real MNIST.

`python -m benchmarks.tutorials [row …]`; half an hour on one core. Nothing is tuned: the settings are those of the
networks, the numbers beside ours are the tutorials'.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from cnnviz import datasets
from cnnviz.inspection import predictions
from cnnviz.networks import NETWORKS
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop
from cnnviz.training.recipes import RECIPES
from cnnviz.training.records import Measurement, Snapshot

FIRST_TEN = [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


@dataclass(frozen=True)
class Outcome:
    """What a training came to."""

    epoch_losses: Sequence[float]  # means over the batches
    accuracy: float  # of all test images
    first_ten: Sequence[int]  # predictions

    @classmethod
    def of(cls, settings: TrainingSettings) -> Outcome:
        """Train; only the last weights are looked at."""
        losses, weights, accuracy = [], {}, 0.0
        for record in loop.train(settings, datasets.load("mnist")):
            match record:
                case Measurement(split="epoch"):
                    losses.append(record.loss)
                    print(f"  {settings.network} epoch {len(losses)}: {record.loss:.4f}", file=sys.stderr, flush=True)
                case Measurement(split="final"):
                    accuracy = record.accuracy
                case Snapshot():
                    weights = record.weights
        network = weights.load_network(settings, weights)
        ten = predictions.predict(network, settings, slice(0, 10)).predicted.tolist()
        return cls(losses, accuracy, ten)


@dataclass(frozen=True)
class Row:
    """A claim: what the tutorial says, what we say, and whether that is enough."""

    settings: TrainingSettings
    theirs: str
    wanted: str
    told: Callable[[Outcome], str]
    enough: Callable[[Outcome], bool]


def at_least(network: str, share: float, theirs: str, **changes: object) -> Row:
    """A row about the accuracy."""
    return Row(
        NETWORKS[network].tutorial.but(**changes),
        theirs,
        f"at least {share:.1%}",
        lambda outcome: f"{outcome.accuracy:.2%}",
        lambda outcome: outcome.accuracy >= share,
    )


ROWS: dict[str, Row] = {
    "two_conv loss": Row(
        NETWORKS["two_conv"].tutorial,
        "mean loss of epoch 10: .0527",
        ".053 +- .004",
        lambda outcome: f"{outcome.epoch_losses[-1]:.4f}",
        lambda outcome: abs(outcome.epoch_losses[-1] - 0.053) <= 0.004,
    ),
    "two_conv": at_least("two_conv", 0.983, "98 %"),
    "dense": at_least("dense", 0.97, "97 %"),
    "same_padded": at_least("same_padded", 0.975, "98 % of the first 2,000"),
    "same_padded ten": Row(
        NETWORKS["same_padded"].tutorial,
        "7 2 1 0 4 1 4 9 5 9",
        "all ten right",
        lambda outcome: " ".join(map(str, outcome.first_ten)),
        lambda outcome: list(outcome.first_ten) == FIRST_TEN,
    ),
    "strided": at_least("strided", 0.985, "not told", epochs=5),
    "inception": at_least("inception", 0.985, "about 99 %, a picture"),
    "residual": at_least("residual", 0.985, "about 99 %, a picture"),
}
DEEP = ("deep_plain", "deep_residual")


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    outcomes: dict[TrainingSettings, Outcome] = {}

    def outcome(settings: TrainingSettings) -> Outcome:
        if settings not in outcomes:
            outcomes[settings] = Outcome.of(settings)
        return outcomes[settings]

    missed = 0
    print(f"{'row':18} {'epochs':>6} {'tutorial':30} {'wanted':18} ours")
    for name in names or [*ROWS, "deep"]:
        if name == "deep":
            plain, residual = (outcome(RECIPES[name].settings) for name in DEEP)
            told, enough = f"{plain.accuracy:.2%} < {residual.accuracy:.2%}", plain.accuracy < residual.accuracy
            epochs, theirs, wanted = (
                RECIPES["deep_plain"].settings.epochs,
                "the deep plain one is worse",
                "plain < residual",
            )
        else:
            row = ROWS[name]
            found = outcome(row.settings)
            told, enough = row.told(found), row.enough(found)
            epochs, theirs, wanted = row.settings.epochs, row.theirs, row.wanted
        missed += not enough
        print(f"{name:18} {epochs:6} {theirs:30} {wanted:18} {told}{'' if enough else '  MISSED'}", flush=True)
    print(f"missed {missed}")


if __name__ == "__main__":
    main(sys.argv[1:])
