"""Start: what there is to see, and in which order."""

import streamlit as st

from cnnviz.language import say
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.runs_table import runs_table
from cnnviz.ui.frame.session import current_run, trainings
from cnnviz.ui.home.data import state_of_data
from cnnviz.ui.home.lessons import lessons
from cnnviz.ui.home.table import CONTROLS

NEWEST = 3  # runs, besides the demo runs

open_page(
    say("How a convolutional network works"),
    say("From one multiplication to a trained network, lesson by lesson."),
    CONTROLS,
)
run = current_run()
if run is not None:
    lessons(run)
recent, data = st.columns([3, 2], gap="large")
with recent:
    st.header(say("Recent runs"), anchor=False)
    runs_table(trainings(NEWEST))
with data:
    st.header(say("Data"), anchor=False)
    state_of_data()
end_page()
