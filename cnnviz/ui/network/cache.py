"""Forward passes and kernels that many visitors share."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnnviz.convolution.matrices import image_from_pixels
from cnnviz.figures.predictions import logits_to_probabilities
from cnnviz.inspection import features
from cnnviz.inspection.records import ForwardPass
from cnnviz.inspection.words import input_words, layer_words
from cnnviz.numbers import probability
from cnnviz.ui.components.network_view import Class, Kernels, Layer, Pass, drawn
from cnnviz.ui.frame.snapshots import BY_SNAPSHOT, Seen

MOST_WEIGHTS = 300_000  # of a layer whose kernels are shown: 1.2 MB


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def forward_of(seen: Seen, index: int) -> tuple[ForwardPass, str]:
    """A test image on its way through a snapshot, and the figure of its logits as JSON."""
    passed = features.forward(seen.network, seen.data.test_images[index], seen.settings)
    label = int(seen.data.test_labels[index])
    return passed, logits_to_probabilities(passed.logits, passed.probabilities, seen.classes, label).to_json()


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def drawing_of(seen: Seen, index: int) -> dict[str, Any]:
    """What the browser draws of a forward pass."""
    passed, _ = forward_of(seen, index)
    image, *layers = passed.layers
    pixels = image_from_pixels(seen.data.test_images[index])
    classes = [
        Class(name, float(share), probability(share), float(logit))
        for name, share, logit in zip(seen.classes, passed.probabilities, passed.logits, strict=True)
    ]
    shown = [Layer(image.part, input_words(seen.settings), pixels)]
    shown += [Layer(layer.part, layer_words(layer.part), layer.maps) for layer in layers]
    return drawn(Pass(shown, classes, int(seen.data.test_labels[index])))


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def kernels_of(seen: Seen) -> Kernels | None:
    """The kernels of a snapshot's convolutions, but for very large layers; None where there are none."""
    layers = forward_of(seen, 0)[0].layers
    found = {layer.part.name: layer.kernels for layer in layers if layer.kernels is not None}
    found = {name: one for name, one in found.items() if one.size <= MOST_WEIGHTS}
    return Kernels.of(found) if found else None
