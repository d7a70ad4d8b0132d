"""A forward pass in words and formulas, with the numbers of one image in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnnviz.inspection.records import ForwardPass, LayerOutput


def layer_words(layer: LayerOutput) -> str:
    """Kind, settings, shape and parameters of a layer in one line."""
    shape = "x".join(map(str, layer.shape))
    parameters = f"{layer.parameters:,} parameters" if layer.parameters else "no parameters"
    return f"{layer.kind}: {layer.settings}. Output {shape}, {parameters}."


def softmax_formula(passed: ForwardPass, classes: Sequence[str]) -> str:
    """Softmax of the predicted class in LaTeX, with the numbers of this image in it."""
    logits = passed.logits.astype(float)
    powers = np.exp(logits - logits.max())  # over the largest, so that nothing overflows
    name, probability = classes[passed.predicted], powers[passed.predicted] / powers.sum()
    first, last = f"e^{{{logits[0]:.2f}}}", f"e^{{{logits[-1]:.2f}}}"
    top = f"e^{{{logits[passed.predicted]:.2f}}}"
    return rf"P(\text{{{name}}}) = \frac{{{top}}}{{{first} + \cdots + {last}}} = {probability:.4f}"
