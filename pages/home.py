"""Start: what there is to see, and in which order."""

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.datasets import problem as data_problem
from cnnviz.ui.frame.header import data_badge, open_page
from cnnviz.ui.frame.navigation import LESSONS
from cnnviz.ui.frame.session import trainings
from cnnviz.ui.training.runs import runs_table

open_page(
    "How a convolutional network works",
    "Five lessons, from one multiplication to a trained network. Every number is computed while you look.",
)

for number, lesson in enumerate(LESSONS, start=1):
    with st.container(border=True):
        st.page_link(lesson.path, label=f"**{number}. {lesson.title}**", icon=lesson.icon)
        st.markdown(lesson.promise)

st.subheader("Data", anchor=False)
data_badge()
for name, spec in DATASETS.items():
    state = "missing" if data_problem(name) else "here"
    st.markdown(f"**{spec.label}** ({state}): {spec.sentence}")

st.subheader("Recent runs", anchor=False)
runs_table(trainings(8))
