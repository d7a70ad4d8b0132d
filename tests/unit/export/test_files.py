"""What is exported can be read by others: json, csv, safetensors, and TensorBoard's own protocol."""

from __future__ import annotations

import csv
import io
import json
import struct

import numpy as np
from safetensors import safe_open
from tensorboardX.proto import event_pb2

from cnnviz import networks
from cnnviz.export import files
from cnnviz.export.weights import weights_file
from cnnviz.networks.weights import weights_of
from cnnviz.settings import TrainingSettings
from cnnviz.training.records import LayerStatistics, Measurement

SETTINGS = TrainingSettings(network="two_conv", learning_rate=0.02)
MEASURED = [
    Measurement(0, "test", 2.3025851249694824, 0.1, 0, 0.0),
    Measurement(1, "batch", 2.25, 0.125, 50, 0.01),
    Measurement(1, "final", 1 / 3, 0.5, 50, 0.01),
]


def test_settings_come_back():
    assert TrainingSettings.from_dict(json.loads(files.settings_json(SETTINGS))) == SETTINGS


def test_every_digit_of_the_metrics_is_there():
    rows = list(csv.DictReader(io.StringIO(files.metrics_csv(MEASURED))))
    kinds = {"step": int, "split": str, "loss": float, "accuracy": float, "images": int, "seconds": float}
    assert [Measurement(**{name: kinds[name](text) for name, text in row.items()}) for row in rows] == MEASURED


def test_weights_and_their_settings_come_back(tmp_path):
    weights = weights_of(networks.build(SETTINGS))
    path = tmp_path / "weights.safetensors"
    path.write_bytes(weights_file(weights, SETTINGS, 7))
    with safe_open(path, "numpy") as file:
        assert set(file.keys()) == set(weights)
        assert all(np.array_equal(file.get_tensor(name), weights[name]) for name in weights)
        assert json.loads(file.metadata()["cnnviz"]) == {"settings": SETTINGS.to_dict(), "step": 7}


def test_tensorboard_reads_the_log():
    told = [LayerStatistics(1, {"conv1": 0.25}, {"relu1": 0.5})]
    content = files.tensorboard_log(MEASURED, told, started=1000.0)
    seen, start = [], 0
    while start < len(content):  # each record: its length, a checksum of that, the event, a checksum of that
        (length,) = struct.unpack("<Q", content[start : start + 8])
        event = event_pb2.Event.FromString(content[start + 12 : start + 12 + length])
        seen += [(v.tag, event.step, v.simple_value, event.wall_time) for v in event.summary.value]
        start += 16 + length
    expected = [
        ("loss/test", 0, 2.3025851, 1000.0),
        ("accuracy/test", 0, 0.1, 1000.0),
        ("loss/batch", 1, 2.25, 1000.01),
        ("accuracy/batch", 1, 0.125, 1000.01),
        ("loss/final", 1, 1 / 3, 1000.01),
        ("accuracy/final", 1, 0.5, 1000.01),
        ("gradient_norm/conv1", 1, 0.25, 1000.0),
        ("dead_units/relu1", 1, 0.5, 1000.0),
    ]
    assert [(tag, step) for tag, step, *_ in seen] == [(tag, step) for tag, step, *_ in expected]
    np.testing.assert_allclose([s[2:] for s in seen], [e[2:] for e in expected], rtol=1e-6)


def test_an_empty_run_can_be_exported():
    assert files.metrics_csv([]) == "step,split,loss,accuracy,images,seconds\n"
    assert len(files.tensorboard_log([], [], started=0.0)) < 100
