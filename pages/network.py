"""Network: one image on its way through every layer of a trained network."""

import streamlit as st

from cnnviz.convolution.matrices import image_from_pixels
from cnnviz.inspection.words import input_words, layer_words, softmax_formula
from cnnviz.language import say, say_count, sentence
from cnnviz.networks import NETWORKS
from cnnviz.numbers import probability
from cnnviz.ui.components.feature_maps import Row, feature_maps
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.run_bar import pick_image, run_bar
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.network.cache import forward_of
from cnnviz.ui.network.kernels import kernel_maps
from cnnviz.ui.network.table import CONTROLS

open_page(
    say("Network"),
    say("Each layer computes its numbers from those of the layer before it; the last one has a number for each class."),
    CONTROLS,
)
seen = pick_snapshot(run_bar())
index = pick_image(len(seen.data.test_labels))
label, classes = int(seen.data.test_labels[index]), seen.classes

passed, logits = forward_of(seen, index)
st.markdown(
    say_count(
        "This is a **{truth}**; {network:lower} after {count:,} step says **{answer}** "
        "with a probability of {probability}.",
        "This is a **{truth}**; {network:lower} after {count:,} steps says **{answer}** "
        "with a probability of {probability}.",
        seen.step,
        truth=classes[label],
        network=sentence(NETWORKS[seen.settings.network].label),
        answer=classes[passed.predicted],
        probability=probability(passed.probabilities[passed.predicted]),
    )
)

st.subheader(say("Feature maps"), anchor=False)
st.caption(
    say(
        "White is zero, blue above it, red below; the number of a row that is farthest from zero has the full colour. "
        "Point at a pixel; click a map to see it larger."
    )
)
pixels = image_from_pixels(seen.data.test_images[index])
rows = [Row(say("input"), input_words(seen.settings), pixels, say("channel"))]
rows += [Row(layer.name, layer_words(layer), layer.maps, say("channel")) for layer in passed.layers]
alt = say_count(
    "Feature maps of test image {image} in {count} layer.",
    "Feature maps of test image {image} in {count} layers.",
    len(passed.layers),
    image=index,
)
feature_maps(rows, key="layers", alt=alt)

kernels = seen.first_kernels
if kernels is not None:
    st.subheader(say("Kernels of the first layer"), anchor=False)
    kernel_maps(kernels, seen.step)

st.subheader(say("From logits to probabilities"), anchor=False)
st.latex(softmax_formula(passed, classes))
plotly_view(
    logits,
    key="logits",
    file=seen.file_name,
    height=340,
    alt=say("Logit and probability of each class; the largest logit is the prediction."),
)
end_page()
