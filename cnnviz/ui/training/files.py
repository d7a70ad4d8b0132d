"""A run as files to take away, and weights that a visitor brings."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import streamlit as st

from cnnviz import datasets
from cnnviz.export import files, script, weights
from cnnviz.inspection import predictions
from cnnviz.networks.weights import load_network
from cnnviz.refusal import Refusal
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.store.run_table import legible
from cnnviz.settings import TrainingSettings
from cnnviz.training import devices, loop
from cnnviz.training.records import Measurement
from cnnviz.ui.frame.session import show_run
from cnnviz.ui.frame.time_machine import current_step

UPLOAD, REFUSED = "weights_upload", "weights_refused"


def downloads(run: Run) -> None:
    """A button for each file, which is made when it is pressed."""
    step = current_step(run)
    with st.popover("Download", width="stretch", key="download"):
        _offer("PyTorch script", "py", "text/x-python", lambda: script_of(run))
        _offer("Metrics (CSV)", "csv", "text/csv", lambda: files.metrics_csv(_measurements(run)))
        _offer("Settings (JSON)", "json", "application/json", lambda: files.settings_json(run.training_settings))
        _offer("TensorBoard log", "tfevents", "application/octet-stream", lambda: log_of(run))
        if step is not None:
            label = f"Weights after step {step:,} (safetensors)"
            _offer(label, "safetensors", "application/octet-stream", lambda: weights_of(run, step))


def _offer(label: str, ending: str, mime: str, make: Callable[[], str | bytes]) -> None:
    name = f"events.out.{ending}" if ending == "tfevents" else f"cnnviz.{ending}"
    st.download_button(label, make, name, mime, key=f"download_{ending}", on_click="ignore", width="stretch")


def script_of(run: Run) -> str:
    """The run as a script."""
    settings = run.training_settings
    changes = [change for _, change in current_store().requests.changes(run.id)]
    threads = settings.threads or devices.threads()
    return script.script(settings, name=run.name, steps=run.step, threads=threads, changes=changes)


def log_of(run: Run) -> bytes:
    """The run for TensorBoard."""
    return files.tensorboard_log(_measurements(run), current_store().records.statistics(run.id), started=run.created)


def weights_of(run: Run, step: int) -> bytes:
    """The weights of a snapshot."""
    return weights.weights_file(current_artifacts().load_weights(run.id, step), run.training_settings, step)


def _measurements(run: Run) -> list[Measurement]:
    return current_store().records.measurements(run.id)[0]


def bring(settings: TrainingSettings) -> None:
    """Weights of a visitor become a run of their own."""
    with st.popover("Import weights", width="stretch", key="import"):
        st.file_uploader("A safetensors file of at most 5 MB", ["safetensors"], key=UPLOAD, on_change=_forget_refusal)
        st.caption("A file without settings of its own is read as the network chosen above.")
        present = st.session_state.get(UPLOAD) is not None
        st.button("Import", key="import_weights", on_click=_bring, args=(settings,), disabled=not present)
        with st.container():
            if REFUSED in st.session_state:
                st.error(st.session_state[REFUSED], icon="🔧")


def _forget_refusal() -> None:
    st.session_state.pop(REFUSED, None)


def _bring(settings: TrainingSettings) -> None:
    _forget_refusal()
    file = st.session_state[UPLOAD]
    if file is None:
        return
    try:
        show_run(adopt(weights.read(file.getvalue(), settings), file.name))
    except Refusal as refusal:
        st.session_state[REFUSED] = str(refusal)


def adopt(found: weights.Imported, file_name: str) -> str:
    """Keep imported weights as a run that has finished; its id.

    Raises:
        Refusal: the data set of their training is not here.
    """
    loop.check(found.settings, datasets.load(found.settings.dataset))
    network = load_network(found.settings, found.weights)
    right = predictions.predict(network, found.settings).right
    run = Run(
        id=secrets.token_hex(5),
        kind="training",
        name=legible(f"Imported: {file_name}"),
        settings=found.settings.to_dict(),
        state="finished",
        message="",
        attempt=1,
        step=found.step,
        steps=found.step,
        accuracy=float(right.mean()),
        result={},
        created=time.time(),
        finished=time.time(),
    )
    current_artifacts().save_weights(run.id, found.step, found.weights)
    current_store().adopt(run, Records(snapshots=[found.step]))
    return run.id
