"""The pictures of the start page are real: computed again here, from what is stored, in another way."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from cnnviz import datasets
from cnnviz.inspection.features import chosen_test_images
from cnnviz.networks.weights import load_network
from cnnviz.runs import demo
from cnnviz.runs.demo import ASSETS
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.home.pictures import pictures

DEMOS = ["mnist", "digits"]


@pytest.fixture(scope="module")
def drawn(mnist):
    """The pictures of both demo runs by data set, and the runs."""
    demo.install(current_store(), current_artifacts())
    runs = {name: current_store().runs.get(demo.RUN_OF[name]) for name in DEMOS}
    return {name: (run, pictures(Seen(run, steps_of(name)[-1]), later=True)) for name, run in runs.items()}


def steps_of(name: str) -> list[int]:
    return sorted(int(path.stem) for path in (ASSETS / f"demo_{name}").glob("[0-9]*.safetensors"))


def numbers(packed) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(packed["values"]), f"<f{4 if packed['type'] == 'float32' else 8}")
    return values.reshape(packed["shape"])


def network_of(run, name: str):
    weights = load_file(ASSETS / f"demo_{name}" / f"{steps_of(name)[-1]:07d}.safetensors")
    return load_network(run.training_settings, weights)


def standardised(images: np.ndarray) -> torch.Tensor:
    return (torch.tensor(images)[:, None] / 255 - 0.1307) / 0.3081


def test_every_lesson_has_a_picture_with_words(drawn):
    for _, found in drawn.values():
        assert list(found) == ["convolution", "training", "embedding", "network", "predictions"]
        assert all(len(picture.alt.split()) > 5 for picture in found.values())


def test_the_output_of_the_convolution_is_torchs(drawn):
    image, kernel, output = map(numbers, drawn["mnist"][1]["convolution"].drawing["tables"])
    expected = torch.conv2d(torch.tensor(image)[None, None], torch.tensor(kernel)[None, None])[0, 0]
    np.testing.assert_allclose(output, expected)


@pytest.mark.parametrize("name", DEMOS)
def test_the_curve_is_that_of_the_run(drawn, name):
    drawing = drawn[name][1]["training"].drawing
    stored = json.loads((ASSETS / f"demo_{name}" / "run.json").read_text("utf-8"))["measurements"]
    batch = [k for k, split in enumerate(stored["split"]) if split == "batch"]
    steps, losses = numbers(drawing["steps"]), numbers(drawing["losses"])
    assert set(steps) <= {stored["step"][k] for k in batch}
    assert steps[-1] == stored["step"][batch[-1]]
    raw = np.array([stored["loss"][k] for k in batch])
    assert raw.min() <= losses.min() <= losses.max() <= raw.max()
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", DEMOS)
def test_the_map_is_the_last_one_of_the_training(drawn, name):
    _, found = drawn[name]
    frames = load_file(ASSETS / f"demo_{name}" / "live_map.safetensors")
    last = max(key for key in frames if key != "kl_divergence")
    drawing = found["embedding"].drawing
    np.testing.assert_array_equal(numbers(drawing["positions"]), frames[last].astype(np.float32))
    labels = datasets.load(name).test_labels[chosen_test_images(name, len(drawing["colours"]))]
    assert len(set(zip(labels, drawing["colours"], strict=True))) == 10
    assert f"after step {int(last):,}" in found["embedding"].alt


@pytest.mark.parametrize("name", DEMOS)
def test_the_maps_are_torchs(drawn, name):
    run, found = drawn[name]
    drawing, data = found["network"].drawing, datasets.load(name)
    index = int((data.test_labels == 9).argmax())
    np.testing.assert_allclose(numbers(drawing["image"]), data.test_images[index] / 255, atol=1e-6)
    network = network_of(run, name)
    first = network[0](standardised(data.test_images[index : index + 1]))[0]
    np.testing.assert_allclose(numbers(drawing["layers"][0]), first[:5], atol=1e-4)


@pytest.mark.parametrize("name", DEMOS)
def test_the_mistakes_are_the_most_confident_ones(drawn, name):
    run, found = drawn[name]
    drawing, data = found["predictions"].drawing, datasets.load(name)
    shares = torch.softmax(network_of(run, name)(standardised(data.test_images)), dim=1)
    sure, said = shares.max(dim=1)
    wrong = said.numpy() != data.test_labels
    surest = [int(k) for k in sure.argsort(descending=True) if wrong[k]][: len(drawing["words"])]
    np.testing.assert_allclose(numbers(drawing["images"]), data.test_images[surest] / 255, atol=1e-6)
    assert drawing["words"] == [f"{data.test_labels[k]}, not {said[k]}" for k in surest]


def test_pictures_differ_where_the_runs_differ(drawn):
    for lesson in ("training", "embedding", "network", "predictions"):
        first, second = (drawn[name][1][lesson].drawing for name in DEMOS)
        assert first != second


def test_a_run_without_snapshots_measurements_or_maps_has_no_pictures_of_them(mnist):
    run = current_store().runs.get(demo.RUN_OF["mnist"])
    found = pictures(Seen(replace(run, id="nothing-yet"), 0), later=False)
    assert found["convolution"]
    assert found["training"] is None
    assert found["embedding"] is None
