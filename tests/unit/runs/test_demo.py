"""The demo runs that come with the project."""

import json

import numpy as np
import pytest

from cnnviz.embedding import quality
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection import features
from cnnviz.networks import weights
from cnnviz.runs import demo
from cnnviz.runs.store import current_artifacts, current_store


@pytest.fixture
def installed(home):
    demo.install(current_store(), current_artifacts())
    return current_store()


def test_they_are_small():
    for name in ("mnist", "digits"):
        size = sum(path.stat().st_size for path in (demo.ASSETS / f"demo_{name}").iterdir())
        assert size < 2 * 2**20


@pytest.mark.parametrize("dataset", demo.RUN_OF)
def test_they_show_what_their_weights_do(installed, mnist, dataset):
    from cnnviz.inspection import predictions

    run = installed.runs.get(demo.RUN_OF[dataset])
    last = installed.records.snapshots(run.id)[-1]
    network = weights.load_network(run.training_settings, current_artifacts().load_weights(run.id, last))
    answers = predictions.predict(network, run.training_settings)
    assert answers.right.mean() == pytest.approx(run.accuracy, abs=1e-6)
    assert run.accuracy > 0.98
    assert run.step == run.steps == last


@pytest.mark.parametrize("dataset", demo.RUN_OF)
def test_their_map_is_that_of_their_features(installed, mnist, dataset):
    made = installed.runs.get(f"{demo.RUN_OF[dataset]}-map")
    run = installed.runs.get(made.settings["run"])
    weights = current_artifacts().load_weights(run.id, made.settings["step"])
    points, labels = features.of_test_images(run.training_settings, weights, made.settings["images"])
    frame = installed.records.frames(made.id)[-1]
    found = quality.quality(points, frame.positions, labels, kl_divergence=frame.kl_divergence)
    assert found.accuracy_map == pytest.approx(made.result["accuracy_map"], abs=0.005)
    assert found.trustworthiness == pytest.approx(made.result["trustworthiness"], abs=0.005)


def test_the_embedding_page_finds_the_map(installed, mnist):
    chosen = features.chosen_test_images("mnist", 1500)
    steps = installed.records.snapshots("demo-mnist")
    settings = {"run": "demo-mnist", "step": steps[-1], **vars(EmbeddingSettings(images=len(chosen)))}
    assert installed.runs.find("embedding", settings).id == "demo-mnist-map"


def test_they_are_installed_once(installed, home):
    path = home / "artifacts" / "demo-mnist" / "0000000.safetensors"
    before = path.stat().st_mtime_ns
    demo.install(installed, current_artifacts())
    assert path.stat().st_mtime_ns == before


def test_an_export_can_be_installed(installed, home, tmp_path):
    demo.export(installed, current_artifacts(), "demo-digits", "demo-digits-map", tmp_path / "assets" / "demo_x")
    content = json.loads((tmp_path / "assets" / "demo_x" / "run.json").read_text())
    content["run"]["id"], content["embedding"]["id"] = "other", "other-map"
    (tmp_path / "assets" / "demo_x" / "run.json").write_text(json.dumps(content))
    demo.install(installed, current_artifacts(), tmp_path / "assets")
    assert installed.records.measurements("other")[0] == installed.records.measurements("demo-digits")[0]
    assert installed.records.snapshots("other") == installed.records.snapshots("demo-digits")
    for ours, theirs in zip(
        installed.records.frames("other-map"), installed.records.frames("demo-digits-map"), strict=True
    ):
        np.testing.assert_array_equal(ours.positions, theirs.positions)
