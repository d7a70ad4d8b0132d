"""A test image and what a network says of it, as a tile of a gallery."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.inspection.records import Predictions
from cnnviz.language import say
from cnnviz.numbers import probability
from cnnviz.ui.components.gallery import Tile


def tile(answers: Predictions, index: int, classes: Sequence[str], image: int) -> Tile:
    """The index-th of these images, whose number in the test set is `image`."""
    true, guess = classes[answers.labels[index]], classes[answers.predicted[index]]
    sure, truth = answers.confidence[index], answers.probabilities[index, answers.labels[index]]
    lines = [say("true {true}, predicted {predicted}", true=true, predicted=guess), f"P({guess}) {equals(sure)}"]
    if not answers.right[index]:
        lines.append(f"P({true}) {equals(truth)}")
    mark = "✓" if answers.right[index] else "✗"
    return Tile(image, lines, mark, say("Test image {image}: {lines}", image=image, lines=", ".join(lines)))


def equals(share: float) -> str:
    """What stands behind the name of a probability: "= 98.4%", or "> 99.9%"."""
    text = probability(share)
    return text if text[0] in "<>" else f"= {text}"
