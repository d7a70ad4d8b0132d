"""Network: one image on its way through every layer of a trained network."""

import streamlit as st

from cnnviz.inspection.words import layer_words, softmax_formula
from cnnviz.networks import NETWORKS, weights
from cnnviz.ui.components.feature_maps import Row, feature_maps
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.header import open_page
from cnnviz.ui.frame.run_bar import pick_image, run_bar
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.network.cache import forward_of
from cnnviz.ui.network.kernels import kernel_maps
from cnnviz.ui.network.table import CONTROLS

open_page(
    "Network", "Every layer looks at the maps of the one before it: edges first, then parts, then the digit.", CONTROLS
)
seen = pick_snapshot(run_bar())
index = pick_image(len(seen.data.test_labels))
label, classes = int(seen.data.test_labels[index]), seen.classes

passed, logits = forward_of(seen, index)
st.markdown(
    f"This is a **{classes[label]}**; {NETWORKS[seen.settings.network].label.lower()} after {seen.step:,} steps says "
    f"**{classes[passed.predicted]}** with a probability of {passed.probabilities[passed.predicted]:.1%}."
)

st.subheader("Feature maps", anchor=False)
st.caption(
    "White is zero, blue above it, red below; the largest number of a row has the full colour. Point at a pixel."
)
rows = [Row("input", "28x28 pixels, normalised", passed.input)]
rows += [Row(layer.name, layer_words(layer), layer.maps) for layer in passed.layers]
feature_maps(rows, key="layers", alt=f"Feature maps of test image {index} in {len(passed.layers)} layers.")

kernels = weights.first_kernels(seen.network)
if kernels is not None:
    st.subheader("Kernels of the first layer", anchor=False)
    kernel_maps(kernels, seen.step)

st.subheader("From logits to probabilities", anchor=False)
st.latex(softmax_formula(passed, classes))
plotly_view(
    logits,
    key="logits",
    height=340,
    alt="Logit and probability of each class; the largest logit is the prediction.",
)
