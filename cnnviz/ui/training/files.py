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
from cnnviz.ui.frame.refusals import gesture, refusals
from cnnviz.ui.frame.session import show_run
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.frame.time_machine import current_snapshot

UPLOAD, REFUSED = "weights_upload", "weights_refused"
MIME = {"py": "text/x-python", "csv": "text/csv", "json": "application/json"}  # of the others nothing is known


def downloads(run: Run) -> None:
    """A button for each file, which is made when it is pressed."""
    seen, now = current_snapshot(run), run.file_name(run.step)
    with st.container(key="downloads"):
        st.header(say("Take it away"), anchor=False)
        _offer(say("PyTorch script"), f"{now}.py", lambda: script_of(run))
        _offer(say("Metrics (CSV)"), f"{now}.csv", lambda: files.metrics_csv(_measurements(run)))
        _offer(say("Settings (JSON)"), f"{now}.json", lambda: files.settings_json(run.training_settings))
        apart = say("TensorBoard draws the logs of one folder as one curve: give each a folder of its own.")
        _offer(say("TensorBoard log"), f"{now}.tfevents", lambda: log_of(run), apart)
        if seen is not None:
            label = say("Weights after step {step:,} (safetensors)", step=seen.step)
            _offer(label, f"{seen.file_name}.safetensors", lambda: weights_of(seen))


def _offer(label: str, name: str, make: Callable[[], str | bytes], help: str | None = None) -> None:
    """A button that saves a file of this name."""
    ending = name.rsplit(".", 1)[1]
    kind, key = MIME.get(ending, "application/octet-stream"), f"download_{ending}"
    st.download_button(label, make, name, kind, key=key, help=help, on_click="ignore", width="stretch")


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
    with st.container(key="import"):
        st.header(say("Import weights"), anchor=False)
        label = say("A safetensors file of at most {limit} MB", limit=header.MOST_BYTES // 2**20)
        st.file_uploader(label, type=["safetensors"], key=UPLOAD, on_change=gesture(_forget_refusal))
        st.caption(say("A file without settings of its own is read as the network chosen in the new training."))
        present = st.session_state.get(UPLOAD) is not None
        st.button(say("Import"), key="import_weights", on_click=gesture(_bring), args=(settings,), disabled=not present)
        with st.container():
            if REFUSED in st.session_state:
                st.error(st.session_state[REFUSED], icon=":material/build:")


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
