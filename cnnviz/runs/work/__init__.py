"""The work of a run, done in a child process: one file for each kind of job, one line in WORK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnviz.runs.records import Run, RunKind
from cnnviz.runs.work.download import DownloadJob
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.rates import RatesJob
from cnnviz.runs.work.training import TrainingJob

WORK: Mapping[str, type[Job]] = {
    "training": TrainingJob,
    "embedding": EmbeddingJob,
    "rates": RatesJob,
    "download": DownloadJob,
}


def job_of(run: Run) -> Job:
    """The job of a stored run."""
    return WORK[run.kind].from_dict(run.settings)


def heavy_kinds() -> Sequence[RunKind]:
    """The kinds of run that wait for the same places: each of them needs a processor for itself."""
    return [kind for kind, job in WORK.items() if job.heavy]
