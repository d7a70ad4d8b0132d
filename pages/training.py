"""Training: choose a network and its settings, press Start, and watch the loss fall."""

import streamlit as st

from cnnviz import curves, datasets, training
from cnnviz.networks import NETWORKS
from cnnviz.records import Run
from cnnviz.runs import current_store
from cnnviz.runs.jobs import current_jobs
from cnnviz.settings import Refusal, TrainingSettings
from cnnviz.ui.cache import history_of
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.header import open_page
from cnnviz.ui.session import show_run
from cnnviz.ui.settings_form import settings_form
from cnnviz.ui.widgets import run_bar, watch

SENTENCES = {
    "queued": "Waiting for a free processor: another training is under way.",
    "stopped": "Stopped. The weights up to the last snapshot are kept.",
    "interrupted": "Press Start to train again.",
    "crashed": "Press Start to train again.",
    "failed": "Change what is named and press Start again.",
    "diverged": "The last good weights are kept.",
}


def start(settings: TrainingSettings) -> None:
    """Queue a training and show it."""
    try:
        training.check(settings, datasets.load(settings.dataset))
    except Refusal as refusal:
        st.session_state["refusal"] = str(refusal)
        return
    title = NETWORKS[settings.network].title(settings)
    run_id, new = current_jobs().submit("training", title, settings.to_dict())
    show_run(run_id)
    if not new:
        st.toast("This very training is already running; here it is.", icon="🏃")


def control_buttons(settings: TrainingSettings, run: Run) -> None:
    """Start and Stop."""
    left, right = st.columns(2)
    left.button(
        "Start",
        type="primary",
        on_click=start,
        args=(settings,),
        disabled=not datasets.is_available(settings.dataset),
        width="stretch",
        key="start",
    )
    right.button(
        "Stop",
        on_click=lambda: current_store().stop(run.id),
        disabled=not run.active,
        width="stretch",
        key="stop",
    )


def draw(run: Run) -> None:
    """The run as it stands: numbers, progress, curves."""
    history = history_of(run.id)
    measurements, lines = history.measurements, history.curves
    speed, left = curves.images_per_second(measurements), curves.seconds_left(measurements, run.steps)
    cells = st.columns(4)
    cells[0].metric("State", run.state)
    cells[1].metric("Test accuracy", "–" if run.accuracy is None else f"{run.accuracy:.2%}")
    cells[2].metric("Images per second", "–" if speed is None else f"{speed:,.0f}")
    cells[3].metric("Time left", f"{left:.0f} s" if run.active and left is not None else "–")
    st.progress(run.step / max(run.steps, 1), text=f"Step {run.step:,} of {run.steps:,}")
    if run.message or run.state in SENTENCES:
        st.info(" ".join(filter(None, (run.message, SENTENCES.get(run.state)))), icon="💬")
    loss, accuracy = st.columns(2)
    with loss:
        plotly_view(history.loss, key="loss", alt=describe("Loss", lines.test.losses, ".3f"))
    with accuracy:
        alt = describe("Accuracy", lines.test.accuracies, ".1%")
        plotly_view(history.accuracy, key="accuracy", alt=alt)
    final = next((m for m in reversed(measurements) if m.split == "final"), None)
    if final:
        count = len(datasets.load(run.training_settings.dataset).test_labels)
        st.markdown(f"**{final.accuracy:.2%}** of all {count:,} test images are right; test loss {final.loss:.4f}.")


def describe(what: str, values, form: str) -> str:
    """A curve in words."""
    if not len(values):
        return f"{what} against the training step; no test yet."
    return f"{what} against the training step. On test images from {values[0]:{form}} to {values[-1]:{form}}."


open_page(
    "Training",
    "A network learns by lowering its loss: after each batch of images every weight moves a little downhill.",
)
settings = settings_form()
run = run_bar()
control_buttons(settings, run)
if "refusal" in st.session_state:
    st.error(st.session_state.pop("refusal"), icon="🔧")
watch(run.id, draw)
