"""The state of the data sets."""

from __future__ import annotations

import streamlit as st

from cnnviz.datasets import DATASETS, problem
from cnnviz.language import say, sentence
from cnnviz.ui.frame.address import fragment
from cnnviz.ui.frame.header import download_state


def state_of_data() -> None:
    """Which data sets are here, and what became of MNIST when it is not."""
    if problem("mnist"):
        fragment(download_state, run_every=1.0)()
    for name, spec in DATASETS.items():
        values = {"dataset": sentence(spec.label), "words": sentence(spec.description)}
        if problem(name):
            st.markdown(say("**{dataset}** (missing): {words}", **values))
        else:
            st.markdown(say("**{dataset}** (here): {words}", **values))
    st.caption(say("The demo runs were trained beforehand; everything else is computed here."))
