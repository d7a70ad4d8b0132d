"""Network: one image on its way through every layer of a trained network."""

import streamlit as st

from cnnviz.inspection.words import softmax_formula
from cnnviz.language import say, say_count, sentence
from cnnviz.networks import NETWORKS
from cnnviz.numbers import probability
from cnnviz.ui.components.network_view import network_view
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.run_bar import run_bar
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.frame.view import view
from cnnviz.ui.network.cache import drawing_of, forward_of, kernels_of
from cnnviz.ui.network.image import pick_image
from cnnviz.ui.network.kernels import kernel_maps
from cnnviz.ui.network.table import CONTROLS

open_page(
    say("Network"),
    say("Each layer computes its numbers from the layer before it, the last one a number per class."),
    CONTROLS,
)
with st.container(key="network"):
    places = view()
with places.knobs:  # before the picture, as what it shows depends on them; the view says where they stand
    with st.container(key="network_run"):
        run = run_bar()
    with st.container(key="network_time"):
        seen = pick_snapshot(run)
    with st.container(key="network_image"):
        index = pick_image(seen)

label, classes = int(seen.data.test_labels[index]), seen.classes
passed, logits = forward_of(seen, index)
with places.figure:
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
    alt = say_count(
        "Test image {image} on its way through {count} layer.",
        "Test image {image} on its way through {count} layers.",
        len(passed.layers) - 1,
        image=index,
    )
    network_view(drawing_of(seen, index), kernels_of(seen), key="layers", alt=alt)

with places.below, st.container(key="network_more"):
    softmax, kernels = st.columns([3, 2], gap="large")
    with softmax:
        st.header(say("From logits to probabilities"), anchor=False)
        st.latex(softmax_formula(passed, classes))
        alt = say("Logit and probability of each class; the largest logit is the prediction.")
        plotly_view(logits, key="logits", file=seen.file_name, alt=alt)
    if seen.first_kernels is not None:
        with kernels:
            st.header(say("Kernels of the first layer"), anchor=False)
            kernel_maps(seen.first_kernels, seen.step)
end_page()
