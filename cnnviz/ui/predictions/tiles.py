"""A test image and what a network says of it, as a tile of a gallery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cnnviz.inspection.records import Predictions
from cnnviz.language import say
from cnnviz.numbers import probability
from cnnviz.ui.components.gallery import Tile


def tile(answers: Predictions, index: int, classes: Sequence[str], image: int) -> Tile:
    """The index-th of these images, whose number in the test set is `image`.

    Beside the probability of the prediction stands that of the true class, or where they are the same of the next one.
    """
    probabilities, label = answers.probabilities[index], int(answers.labels[index])
    guess, second = (int(number) for number in (-probabilities).argsort(kind="stable")[:2])
    other = second if guess == label else label
    names = {"true": classes[label], "predicted": classes[guess]}
    lines = [f"P({classes[number]}) {equals(probabilities[number])}" for number in (guess, other)]
    return Tile(
        image,
        [say("true {true}, predicted {predicted}", **names), *lines],
        "✓" if guess == label else "✗",
        say(
            "Test image {image:,}: true {true}, predicted {predicted}, {probability}",
            image=image,
            probability=probability(probabilities[guess]),
            **names,
        ),
    )


def small_tile(answers: Predictions, index: int, classes: Sequence[str], image: int) -> Tile:
    """The same in few words: the true class, and where the network is wrong what it says instead."""
    large = tile(answers, index, classes, image)
    lines = [say("true {true}", true=classes[answers.labels[index]])]
    if not answers.right[index]:
        lines.append(say("predicted {predicted}", predicted=classes[answers.predicted[index]]))
    return replace(large, lines=lines)


def equals(share: float) -> str:
    """What stands behind the name of a probability: "= 98.4%", or "> 99.9%"."""
    text = probability(share)
    return text if text[0] in "<>" else f"= {text}"
