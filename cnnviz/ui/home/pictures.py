"""The small pictures of the lessons: real ones, of the run that is looked at.

Some need nothing but what is stored. The others ask the network, and so import torch; they are drawn later, so that no
first picture waits for that.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.arrays import Array
from cnnviz.convolution.examples import EXAMPLES
from cnnviz.convolution.matrices import image_from_pixels
from cnnviz.datasets import DATASETS, is_available
from cnnviz.datasets.splits import one_of_each, sample
from cnnviz.embedding.settings import LIVE
from cnnviz.figures.theme import DIGIT_COLOURS
from cnnviz.language import say, say_count
from cnnviz.runs.reader import history_of
from cnnviz.runs.store import current_store
from cnnviz.ui.components import lesson_cards as cards
from cnnviz.ui.components.lesson_cards import Picture
from cnnviz.ui.frame.snapshots import BY_SNAPSHOT, Seen

MAPS = 5  # of a layer
LAYERS = 4
MISTAKES = 6


def pictures(seen: Seen, *, later: bool) -> Mapping[str, Picture | None]:
    """By the name of a lesson; None where there is none yet."""
    drawn: dict[str, Picture | None] = {"convolution": _convolution(), "training": _training(seen)}
    name = seen.settings.dataset
    if is_available(name):
        comes_with_a_library = DATASETS[name].fetch is None  # which takes long to import
        if later or not comes_with_a_library:
            drawn["embedding"] = _embedding(seen)
        if later:
            drawn |= {"network": _network(seen), "predictions": _predictions(seen)}
    return drawn


def _convolution() -> Picture | None:
    """The first example of the lesson."""
    example = next(iter(EXAMPLES.values()))
    if example.weights is None:
        return None
    (image,), ((kernel,),), (output,) = example.image, example.weights, example.operation.output
    rows, columns = output.shape
    alt = say("A kernel slides over an input; the output has {rows} by {columns} numbers.", rows=rows, columns=columns)
    return Picture(alt, cards.convolution(image, kernel, output))


def _training(seen: Seen) -> Picture | None:
    """The loss of every batch so far, smoothed."""
    curve = history_of(seen.run).curves.smoothed
    if not len(curve.steps):
        return None
    alt = say(
        "The loss of {run}: from {first:.2f} to {last:.2f} after {step:,} steps.",
        run=seen.run.name,
        first=curve.losses[0],
        last=curve.losses[-1],
        step=int(curve.steps[-1]),
    )
    return Picture(alt, cards.curve(curve.steps, curve.losses))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def _embedding(seen: Seen) -> Picture | None:
    """The last map that was drawn while the network trained."""
    frame = current_store().records.newest_frame(seen.run.id)
    if frame is None:
        return None
    labels = seen.data.test_labels[sample(seen.data.test_labels, LIVE.images)]
    alt = say_count(
        "Map of {count} test image after step {step:,}, coloured by its class.",
        "Map of {count} test images after step {step:,}, coloured by their class.",
        len(labels),
        step=frame.iteration,
    )
    return Picture(alt, cards.points(frame.positions, labels, DIGIT_COLOURS))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def _network(seen: Seen) -> Picture:
    """A test image and some of the maps that are made of it, of layers from the first to the last."""
    from cnnviz.ui.network.cache import forward_of  # imports torch

    index = int(one_of_each(seen.data.test_labels)[-1])
    _, *layers = forward_of(seen, index)[0].layers
    shown = [layer for layer in layers if len(layer.part.shape) == 3] or layers
    chosen = [shown[k] for k in np.linspace(0, len(shown) - 1, min(LAYERS, len(shown))).round().astype(int)]
    names = ", ".join(layer.part.name for layer in chosen)
    alt = say("Test image {image} and maps of {layers}.", image=index, layers=names)
    pixels = image_from_pixels(seen.data.test_images[index])[0]
    return Picture(alt, cards.network(pixels, [_squares(layer.maps[:MAPS]) for layer in chosen]))


def _squares(maps: Array) -> Array:
    """Numbers in a row as a square of them, the rest zero."""
    count, rows, columns = maps.shape
    if rows > 1 or columns == 1:
        return maps
    side = int(np.ceil(np.sqrt(columns)))
    square = np.zeros((count, side * side), maps.dtype)
    square[:, :columns] = maps[:, 0]
    return square.reshape(count, side, side)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def _predictions(seen: Seen) -> Picture | None:
    """The mistakes that the network is surest of."""
    from cnnviz.inspection.predictions import chosen  # as above

    wrong = chosen(seen.predictions, "wrong")[:MISTAKES]
    if not len(wrong):
        return None
    answers, classes = seen.predictions, seen.classes
    words = [
        say("{label}, not {predicted}", label=classes[answers.labels[k]], predicted=classes[answers.predicted[k]])
        for k in wrong
    ]
    alt = say("The most confident mistakes: {mistakes}.", mistakes="; ".join(words))
    return Picture(alt, cards.tiles(image_from_pixels(seen.data.test_images[wrong]), words))
