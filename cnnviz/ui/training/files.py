"""A run as files to take away, and weights that a visitor brings."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz.export import files, header, script, weights
from cnnviz.language import say
from cnnviz.runs import actions
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.settings import TrainingSettings
from cnnviz.training import devices
from cnnviz.training.records import Measurement
from cnnviz.ui.frame.refusals import refusals
from cnnviz.ui.frame.session import show_run
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.frame.time_machine import current_snapshot

UPLOAD, REFUSED = "weights_upload", "weights_refused"


def downloads(run: Run) -> None:
    """A button for each file, which is made when it is pressed."""
    seen = current_snapshot(run)
    with st.popover(say("Download"), width="stretch", key="download"):
        _offer(say("PyTorch script"), "py", "text/x-python", lambda: script_of(run))
        _offer(say("Metrics (CSV)"), "csv", "text/csv", lambda: files.metrics_csv(_measurements(run)))
        _offer(say("Settings (JSON)"), "json", "application/json", lambda: files.settings_json(run.training_settings))
        _offer(say("TensorBoard log"), "tfevents", "application/octet-stream", lambda: log_of(run))
        if seen is not None:
            label = say("Weights after step {step:,} (safetensors)", step=seen.step)
            _offer(label, "safetensors", "application/octet-stream", lambda: weights_of(seen))


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


def weights_of(seen: Seen) -> bytes:
    """The weights of a snapshot."""
    return weights.weights_file(seen.weights, seen.settings, seen.step)


def _measurements(run: Run) -> list[Measurement]:
    return current_store().records.measurements(run.id)[0]


def bring(settings: TrainingSettings) -> None:
    """Weights of a visitor become a run of their own."""
    with st.popover(say("Import weights"), width="stretch", key="import"):
        label = say("A safetensors file of at most {limit} MB", limit=header.MOST_BYTES // 2**20)
        st.file_uploader(label, type=["safetensors"], key=UPLOAD, on_change=_forget_refusal)
        st.caption(say("A file without settings of its own is read as the network chosen above."))
        present = st.session_state.get(UPLOAD) is not None
        st.button(say("Import"), key="import_weights", on_click=_bring, args=(settings,), disabled=not present)
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
    with refusals(_keep_refusal):
        show_run(actions.adopt(weights.read(file.getvalue(), settings), file.name))


def _keep_refusal(sentence: str) -> None:
    st.session_state[REFUSED] = sentence
