"""Start: what there is to see, and in which order."""

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.datasets import problem as data_problem
from cnnviz.language import say, sentence
from cnnviz.ui.frame.address import fragment
from cnnviz.ui.frame.header import download_state, end_page, open_page
from cnnviz.ui.frame.navigation import LESSONS
from cnnviz.ui.frame.runs_table import runs_table
from cnnviz.ui.frame.session import trainings

open_page(
    say("How a convolutional network works"),
    say(
        "From one multiplication to a trained network, lesson by lesson. The demo runs were trained beforehand; "
        "everything else is computed here."
    ),
)

for number, lesson in enumerate(LESSONS, start=1):
    with st.container(border=True):
        st.page_link(lesson.path, label=f"**{number}. {say(lesson.title)}**", icon=lesson.icon)
        st.markdown(say(lesson.description))

st.subheader(say("Data"), anchor=False)
if data_problem("mnist"):
    fragment(download_state, run_every=1.0)()
for name, spec in DATASETS.items():
    values = {"dataset": sentence(spec.label), "words": sentence(spec.description)}
    if data_problem(name):
        st.markdown(say("**{dataset}** (missing): {words}", **values))
    else:
        st.markdown(say("**{dataset}** (here): {words}", **values))

st.subheader(say("Recent runs"), anchor=False)
runs_table(trainings(8))
end_page()
