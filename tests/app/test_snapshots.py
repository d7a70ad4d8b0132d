"""The snapshot that all pages look at: shared by visitors, and what another one has deleted is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnviz import datasets, networks
from cnnviz.networks.weights import weights_of
from cnnviz.refusal import Refusal
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.store.record_tables import Records
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
from cnnviz.ui.frame.snapshots import Seen
from tests.conftest import ROOT

SETTINGS = TrainingSettings(dataset="digits", network="dense")


@pytest.fixture
def run(mnist):
    """A training that has finished, with the weights of one step."""
    job = TrainingJob(SETTINGS)
    run = Run("a-snapshot", job.kind, job.name, job.to_dict(), "finished", None, 1, 5, 5, 0.1, {}, 1.0, 2.0)
    current_artifacts().save_weights(run.id, 5, weights_of(networks.build(SETTINGS)))
    current_store().adopt(run, Records(snapshots=[5]))
    yield run
    current_store().delete(run.id)
    current_artifacts().delete(run.id)


def test_what_hangs_on_a_snapshot(run):
    seen = Seen(run, 5)
    assert seen.settings == SETTINGS
    assert seen.data is datasets.load("digits")
    assert list(seen.classes) == list("0123456789")
    assert np.array_equal(seen.weights["dense.weight"], weights_of(seen.network)["dense.weight"])
    assert not any(parameter.requires_grad for parameter in seen.network.parameters())
    assert len(seen.predictions.labels) == len(seen.data.test_labels)


def test_visitors_share_it_until_the_run_comes_to_the_step_once_more(run):
    seen, other = Seen(run, 5), Seen(replace(run, name="renamed"), 5)
    assert other.network is seen.network
    assert other.predictions is seen.predictions
    assert Seen(replace(run, attempt=2), 5).network is not seen.network


@pytest.mark.parametrize("page", ["network", "predictions", "training"])
def test_weights_that_another_visitor_has_deleted_are_told(run, visit, page):
    current_artifacts().delete(run.id)
    with pytest.raises(Refusal, match="missing or damaged"):
        assert Seen(replace(run, attempt=9), 5).weights
    current_store().adopt(replace(run, attempt=8), Records(snapshots=[5]))
    app = visit(page, run=run.id, inside="kernels")
    assert not app.exception
    sentence = f"The weights of run {run.id} at step 5 are missing or damaged; choose another step, or train again."
    assert [error.value for error in app.error] == [sentence]
    assert app.selectbox(key="run").value == run.id  # what was drawn before stays


def test_a_run_that_another_visitor_has_deleted_is_left(run, visit):
    app = visit("network", run=run.id)
    assert not app.exception
    current_store().delete(run.id)
    current_artifacts().delete(run.id)
    app.number_input(key="image").set_value(3).run()
    assert not app.exception
    assert any("no run of the name" in warning.value for warning in app.warning)
    assert app.selectbox(key="run").value == "demo-mnist"


def test_what_no_page_expects_is_told_as_a_sentence_too(home, fresh_server, visit):
    app = visit("home")
    with current_store().database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE runs RENAME TO elsewhere")
    told = AppTest.from_file(ROOT / "app.py", default_timeout=180).run()
    with current_store().database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO runs")
    assert not told.exception
    assert "is not as this version of cnnviz has made it (" in told.error[0].value
    assert "no such table: runs" in told.error[0].value
    assert not app.run().error
