"""Words and formulas of a forward pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.inspection.records import ForwardPass
from cnnviz.language import say, say_count
from cnnviz.networks.records import Part
from cnnviz.settings import NORMALISATIONS, TrainingSettings

LARGEST = 0.9999  # number of four decimals that is not 1


def input_words(settings: TrainingSettings) -> str:
    """The image, and what is done to its pixels before the first layer."""
    mean, deviation = NORMALISATIONS[settings.normalisation]
    values = {"mean": mean, "deviation": deviation}
    if settings.normalisation == "none":
        if settings.shuffle_pixels:
            return say("28x28 pixels from 0 to 1; the first layer reads them in a shuffled order")
        return say("28x28 pixels from 0 to 1")
    if settings.shuffle_pixels:
        return say(
            "28x28 pixels from 0 to 1; the first layer reads them in a shuffled order, "
            "minus {mean:g}, divided by {deviation:g}",
            **values,
        )
    return say(
        "28x28 pixels from 0 to 1; the first layer reads them minus {mean:g}, divided by {deviation:g}", **values
    )


def layer_words(part: Part) -> str:
    """Kind, settings, shape and parameters of a layer in one line."""
    values = {"kind": part.kind, "does": part.does, "shape": "x".join(map(str, part.shape))}
    if not part.parameters:
        return say("{kind}: {does}. Output {shape}, no parameters.", **values)
    return say_count(
        "{kind}: {does}. Output {shape}, {count:,} parameter.",
        "{kind}: {does}. Output {shape}, {count:,} parameters.",
        part.parameters,
        **values,
    )


def softmax_formula(passed: ForwardPass, classes: Sequence[str]) -> str:
    """Softmax of the predicted class in LaTeX, with the numbers of this image."""
    logits = passed.logits.astype(float)
    powers = np.exp(logits - logits.max())  # over the largest, so that nothing overflows
    name, probability = classes[passed.predicted], powers[passed.predicted] / powers.sum()
    first, last = f"e^{{{logits[0]:.2f}}}", f"e^{{{logits[-1]:.2f}}}"
    top = f"e^{{{logits[passed.predicted]:.2f}}}"
    value = f"> {LARGEST}" if f"{probability:.4f}" > f"{LARGEST}" else f"= {probability:.4f}"
    return rf"P(\text{{{name}}}) = \frac{{{top}}}{{{first} + \cdots + {last}}} {value}"
