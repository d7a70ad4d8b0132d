"""Recipes: settings of trainings with something to see, the tutorials' own and demonstrations of what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.language import Sentence, mark, sentence
from cnnviz.networks import NETWORKS
from cnnviz.settings import TrainingSettings


@dataclass(frozen=True)
class Recipe:
    """Settings, and the sentence that says what to look at."""

    label: str | Sentence  # a template, as `description`, or a sentence
    description: str
    settings: TrainingSettings


_TWO_CONV = NETWORKS["two_conv"].tutorial.but(epochs=2)
_QUICK = TrainingSettings(
    network="custom",
    layers="conv 16 k5 s1 p0 bn relu max; conv 32 k5 s1 p0 bn relu max",
    normalisation="mnist",
    optimiser="adam",
    learning_rate=0.01,
    schedule="one_cycle",
    batch_size=64,
)

DEMONSTRATIONS: Mapping[str, Recipe] = {
    "quick": Recipe(
        mark("About 99 % in one epoch"),
        mark("Batch normalisation and a rate that rises and falls: one pass is enough."),
        _QUICK,
    ),
    "rate_too_high": Recipe(
        mark("Rate too high"),
        mark("The steps overshoot: the loss explodes and the training is stopped."),
        NETWORKS["dense"].tutorial.but(learning_rate=1.0, momentum=0.9, epochs=2),
    ),
    "rate_too_low": Recipe(
        mark("Rate too low"),
        mark("Each step is a thousandth of the tutorial's: after two epochs the loss is hardly lower."),
        _TWO_CONV.but(learning_rate=1e-5),
    ),
    "dead_relus": Recipe(
        mark("Dead ReLUs"),
        mark(
            "A first leap throws the weights so far that every unit of the last ReLU answers 0 to every image, "
            "and no gradient passes it."
        ),
        _TWO_CONV.but(learning_rate=1.0, seed=1),
    ),
    "overfitting": Recipe(
        mark("Overfitting"),
        mark("200 images, half of the labels wrong: the network learns them by heart, and the test loss rises."),
        NETWORKS["dense"].tutorial.but(
            subset=200, label_noise=0.5, optimiser="adam", learning_rate=1e-3, epochs=50, momentum=0.0
        ),
    ),
    "shuffled_cnn": Recipe(
        mark("Pixels shuffled: convolutions"),
        mark("Neighbours are no neighbours any more: the convolutions lose much of what they were good for."),
        _TWO_CONV.but(shuffle_pixels=True),
    ),
    "shuffled_dense": Recipe(
        mark("Pixels shuffled: dense"),
        mark("To a dense network every order of the pixels is the same: it learns as well as before."),
        NETWORKS["dense"].tutorial.but(shuffle_pixels=True, epochs=2),
    ),
    "deep_plain": Recipe(
        mark("Deep without skips"),
        mark("Six blocks after each convolution, no skips: the gradient vanishes on its way back."),
        NETWORKS["plain"].tutorial.but(blocks=6, epochs=2),
    ),
    "deep_residual": Recipe(
        mark("Deep with skips"),
        mark("The same depth with skips learns."),
        NETWORKS["residual"].tutorial.but(blocks=6, epochs=2),
    ),
}
RECIPES: Mapping[str, Recipe] = {
    **{
        f"tutorial_{name}": Recipe(
            sentence("Tutorial: {network:lower}", network=sentence(spec.label)), spec.description, spec.tutorial
        )
        for name, spec in NETWORKS.items()
        if name != "custom"
    },
    **DEMONSTRATIONS,
}
