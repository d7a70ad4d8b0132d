"""Training: choose a network and its settings, press Start, and watch the loss fall."""

import streamlit as st

from cnnviz.language import say
from cnnviz.runs.records import Run
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.refusals import show_kept
from cnnviz.ui.frame.run_bar import run_bar, watch
from cnnviz.ui.frame.view import view
from cnnviz.ui.training import inside, live
from cnnviz.ui.training.architecture import architecture
from cnnviz.ui.training.belonging import tell_apart
from cnnviz.ui.training.controls import change_under_way, control_buttons, start_button
from cnnviz.ui.training.files import bring, downloads
from cnnviz.ui.training.rates import find_rate
from cnnviz.ui.training.runs import all_runs, compare, manage
from cnnviz.ui.training.settings_form import settings_form, settled
from cnnviz.ui.training.table import controls


def draw(run: Run) -> None:
    """What moves while a network trains."""
    live.draw(run)
    inside.draw(run)


open_page(
    say("Training"),
    say("After each batch of images the weights move towards a lower loss of that batch."),
    controls(),
)
settings = settled()
places = view()
with places.knobs:
    st.header(say("New training"), anchor=False)
    settings_form()
    architecture(settings)
    find_rate(settings)
with places.figure:
    row = st.container(key="run_row")
    with row:
        start_button(settings)  # the first that the Tab key reaches
    run = run_bar()
    with row:
        control_buttons(run)
    tell_apart(settings, run)
    change_under_way(run)
    with st.container(key="live"):
        watch(run, draw)
    show_kept()  # last, so that no other part comes to stand in another place
compare(run)
with st.container(key="run_files", horizontal=True):
    manage(run)
    downloads(run)
    bring(settings)
all_runs()
end_page()
