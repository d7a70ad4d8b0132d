"""Jobs that ended without a result: the page says why, and the button that starts them again works."""

from __future__ import annotations

import pytest

from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection import features
from cnnviz.language import sentence
from cnnviz.runs.store import current_store
from cnnviz.runs.work.download import DownloadJob
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.runs.work.rates import RatesJob
from cnnviz.settings import TrainingSettings

ENDS = {
    "failed": (sentence("The {what} was full.", what="disk"), "This has failed. The disk was full."),
    "crashed": (sentence("The process ended (signal 9)."), "The process ended (signal 9)."),
    "interrupted": (sentence("The dashboard was ended."), "The dashboard was ended."),
    "stopped": (None, "This was stopped before it was done."),
}
EACH = pytest.mark.parametrize("state", ENDS)


def end(job, state: str) -> None:
    """A run of a job that has ended like that."""
    store = current_store()
    run_id, _ = store.runs.create(job.kind, job.name, job.to_dict())
    store.runs.finish(run_id, store.runs.claim(run_id), state, ENDS[state][0])


def warnings(app) -> list[str]:
    return [warning.value for warning in app.warning]


@EACH
def test_a_map_that_has_no_result(home, fresh_server, visit, until, state):
    visit("home")
    images = len(features.chosen_test_images("digits", 100))
    end(EmbeddingJob("demo-digits", 1, EmbeddingSettings(images=images, perplexity=10.0)), state)
    app = visit("embedding", run="demo-digits", step="1", images="100", perplexity="10")
    assert warnings(app) == [f"{ENDS[state][1]} Press “Draw the map” to try again."]
    app.button(key="compute").click().run()
    assert warnings(app) == []
    until(app, lambda page: any("trustworthiness" in text.value for text in page.markdown))
    assert not app.exception


@EACH
def test_a_rate_finder_that_has_no_result(home, fresh_server, visit, until, state):
    settings = TrainingSettings(dataset="digits", network="two_conv", batch_size=32)
    end(RatesJob(settings), state)
    app = visit("training", dataset="digits", network="two_conv", batch_size="32", find_rate="true")
    assert warnings(app) == [f"{ENDS[state][1]} Press “Try 100 rates” to try again."]
    app.button(key="try_rates").click().run()
    assert warnings(app) == []
    until(app, lambda page: any("loss" in caption.value and "shaded" in caption.value for caption in page.caption))
    assert not app.exception


@EACH
def test_a_download_that_has_no_result(home, fresh_server, visit, until, monkeypatch, state):
    monkeypatch.delenv("CNNVIZ_DATA")
    monkeypatch.setenv("CNNVIZ_MIRRORS", "http://127.0.0.1:9/")  # nobody answers there
    app = until(visit("home"), lambda page: page.warning)  # the server has tried it by itself
    end(DownloadJob("mnist"), state)
    told = f"{ENDS[state][1]} Press “Download MNIST” to try again."
    assert warnings(app.run()) == ["The disk was full." if state == "failed" else told]  # a failure says what to do
    app.button(key="download_mnist").click().run()
    assert len(current_store().runs.newest("download")) == 3
    assert not app.exception
