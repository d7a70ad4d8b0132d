"""Training: choose a network and its settings, press Start, and watch the loss fall."""

import streamlit as st

from cnnviz.language import say
from cnnviz.runs.records import Run
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.refusals import show_kept
from cnnviz.ui.frame.run_bar import run_bar, watch
from cnnviz.ui.frame.runs_table import runs_table
from cnnviz.ui.frame.session import trainings
from cnnviz.ui.training import inside, live
from cnnviz.ui.training.architecture import architecture
from cnnviz.ui.training.belonging import tell_apart
from cnnviz.ui.training.controls import change_under_way, control_buttons, start_button
from cnnviz.ui.training.files import bring, downloads
from cnnviz.ui.training.rates import find_rate
from cnnviz.ui.training.runs import compare, manage
from cnnviz.ui.training.settings_form import settings_form
from cnnviz.ui.training.table import controls


def draw(run: Run) -> None:
    """What moves while a network trains."""
    live.draw(run)
    inside.draw(run)


open_page(
    say("Training"),
    say(
        "A network learns by lowering its loss: after each batch of images its weights move towards "
        "a lower loss of that batch."
    ),
    controls(),
)
st.subheader(say("A new training"), anchor=False)
settings = settings_form()
architecture(settings)
find_rate(settings)
start_button(settings)
st.subheader(say("A training to look at"), anchor=False)
run = run_bar()
tell_apart(settings, run)
control_buttons(run)
with st.container():  # what comes and goes has a place of its own, so that nothing below it moves to another one
    show_kept()
    change_under_way(run)
watch(run, draw)
st.subheader(say("Runs"), anchor=False)
compare(run)
manage(run)
take, give = st.columns(2)
with take:
    downloads(run)
with give:
    bring(settings)
with st.expander(say("All runs"), key="all_runs", on_change="rerun", icon=":material/list:") as all_runs:
    if all_runs.open:
        runs_table(trainings())
end_page()
