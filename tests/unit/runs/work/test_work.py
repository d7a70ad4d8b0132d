"""Jobs as records: how they are stored, which of them are heavy, what they give."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import Executor, Future
from dataclasses import asdict

import pytest

from cnnviz.embedding.records import MapQuality
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.refusal import Refusal
from cnnviz.runs.jobs.jobs import Jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.store.store import Store
from cnnviz.runs.work import WORK, job_of
from cnnviz.runs.work.download import DownloadJob
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.runs.work.rates import RatesJob
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
from cnnviz.training.records import RatesTried
from tests.conftest import ROOT

SETTINGS = TrainingSettings(dataset="digits", network="two_conv", learning_rate=0.05, epochs=7, schedule="cosine")
EXAMPLES = [
    TrainingJob(SETTINGS),
    EmbeddingJob("demo-mnist", 3752, EmbeddingSettings(images=200, perplexity=10.0)),
    RatesJob(SETTINGS),
    DownloadJob("mnist"),
]
EACH = pytest.mark.parametrize("job", EXAMPLES, ids=lambda job: job.kind)


def run_of(job, **result) -> Run:
    """The run of a job that has finished."""
    settings = json.loads(json.dumps(job.to_dict()))
    return Run("abcdef", job.kind, job.name, settings, "finished", None, 1, 1, 1, None, result, 1.0, 2.0)


def test_every_kind_is_registered_by_its_name_and_has_an_example_here():
    assert {kind: job.kind for kind, job in WORK.items()} == {kind: kind for kind in WORK}
    assert {job.kind for job in EXAMPLES} == set(WORK)


@EACH
def test_a_job_comes_back_from_its_row(job):
    assert job_of(run_of(job)) == job
    assert hash(job) == hash(job_of(run_of(job)))


@EACH
def test_a_job_has_a_name_that_fits_its_column(job):
    assert 0 < len(job.name) <= 60


STORED = {
    "training": SETTINGS.to_dict(),
    "embedding": {
        "run": "demo-mnist",
        "step": 3752,
        "images": 200,
        "perplexity": 10.0,
        "exaggerated": 250,
        "iterations": 500,
        "seed": 0,
    },
    "rates": {**SETTINGS.to_dict(), "learning_rate": 0.001, "epochs": 1, "schedule": "constant"},
    "download": {"dataset": "mnist"},
}
"""The settings of these jobs in the rows of the first dashboards: they are found again by them."""


@EACH
def test_rows_keep_their_meaning(job):
    assert job.to_dict() == STORED[job.kind]


def test_an_old_training_lacks_settings_and_has_others():
    old = {"dataset": "digits", "learning_rate": 0.01, "no_such_setting": 1}
    assert TrainingJob.from_dict(old).settings == TrainingSettings(dataset="digits", learning_rate=0.01)


def test_what_the_finder_replaces_does_not_tell_two_of_its_jobs_apart():
    assert RatesJob(SETTINGS) == RatesJob(SETTINGS.but(learning_rate=1.0, epochs=1, schedule="step"))
    assert RatesJob(SETTINGS) != RatesJob(SETTINGS.but(batch_size=10))


class Waiting(Executor):
    """An executor that has no place for anything."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def submit(self, fn, /, *args, **kwargs):
        self.runs += args
        return Future()


@pytest.mark.parametrize(
    ("job", "heavy"), list(zip(EXAMPLES, (True, False, True, False), strict=True)), ids=[job.kind for job in EXAMPLES]
)
def test_what_trains_waits_for_a_processor_of_its_own(tmp_path, job, heavy):
    jobs = Jobs(Store(f"sqlite:///{tmp_path / 'runs.db'}"), Waiting(), Waiting())
    run_id, new = jobs.submit(job)
    assert new
    assert (jobs.heavy.runs, jobs.light.runs) == (([run_id], []) if heavy else ([], [run_id]))
    assert jobs.submit(job) == (run_id, False)
    assert len(jobs.heavy.runs + jobs.light.runs) == 1


def test_results_come_back_as_records():
    quality = MapQuality(0.9, 0.5, 0.97, 0.96, 1.25)
    made = run_of(EXAMPLES[1], **asdict(quality), later=1)
    found = run_of(EXAMPLES[2], rates=[1e-6, 1e-5], losses=[2.3, 2.3], low=1e-6, high=1.0)  # that an older version said
    assert EmbeddingJob.result(made) == quality
    assert RatesJob.result(found) == RatesTried([1e-6, 1e-5], [2.3, 2.3], [2.3, 2.3], None)
    assert EmbeddingJob.result(run_of(EXAMPLES[1])) is RatesJob.result(run_of(EXAMPLES[2])) is None


@pytest.mark.parametrize("job", [TrainingJob, RatesJob])
def test_settings_that_do_not_suit_their_data_are_refused_before_they_are_queued(job):
    with pytest.raises(Refusal, match="A batch of 500 needs as many training images, and there are 100"):
        job(SETTINGS.but(batch_size=500, subset=100)).check()
    with pytest.raises(Refusal, match="there are two_conv"):
        job(SETTINGS.but(network="no_such_network")).check()
    job(SETTINGS).check()


def test_a_map_of_a_training_that_is_gone_is_refused(home):
    with pytest.raises(Refusal, match="whose features were to be placed is gone"):
        EmbeddingJob("gone", 0, EmbeddingSettings()).check()
    run_id, _ = current_store().runs.create("training", "a run", SETTINGS.to_dict())
    EmbeddingJob(run_id, 0, EmbeddingSettings()).check()


def test_jobs_are_described_without_torch():
    """A command or a page that only asks for a job does not wait until torch is loaded."""
    script = (
        "import sys, cnnviz.runs.actions, cnnviz.runs.work; print({'torch', 'numba', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "set()"
