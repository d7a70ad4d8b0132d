"""The work of a download."""

from __future__ import annotations

from cnnviz import datasets
from cnnviz.runs.records import Run
from cnnviz.runs.work.journal import Journal


def work_download(run: Run, journal: Journal) -> None:
    """Fetch the files of a data set."""
    fetch = datasets.DATASETS[run.settings["dataset"]].fetch
    if fetch is not None:
        fetch(journal.progress)
    journal.finish("finished")
