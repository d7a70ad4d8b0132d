"""Start: what there is to see, and in which order."""

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.datasets import problem as data_problem
from cnnviz.runs import current_store
from cnnviz.ui.header import data_badge, open_page
from cnnviz.ui.widgets import runs_table

LESSONS = {
    "pages/convolution.py": (
        "🔲",
        "Convolution",
        "Move a kernel over an image and read the arithmetic of every output cell.",
    ),
    "pages/training.py": ("📉", "Training", "Train a network on handwritten digits and watch its loss fall."),
    "pages/network.py": ("🧠", "Network", "Follow one image through every layer of the network you trained."),
    "pages/embedding.py": ("🗺️", "Embedding", "See how the last layer has sorted the digits into clusters."),
    "pages/predictions.py": ("🎯", "Predictions", "Look at the mistakes, the most confident ones first."),
}

open_page(
    "How a convolutional network works",
    "Five lessons, from one multiplication to a trained network. Every number is computed while you look.",
)

for number, (page, (icon, title, sentence)) in enumerate(LESSONS.items(), start=1):
    with st.container(border=True):
        st.page_link(page, label=f"**{number}. {title}**", icon=icon)
        st.markdown(sentence)

st.subheader("Data", anchor=False)
data_badge()
for name, spec in DATASETS.items():
    state = "missing" if data_problem(name) else "here"
    st.markdown(f"**{spec.label}** ({state}): {spec.sentence}")

st.subheader("Recent runs", anchor=False)
runs_table(current_store().list("training", 10))
