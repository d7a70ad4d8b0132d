"""Weights of a visitor: good ones come back, every bad one is refused with a sentence, and nothing is executed."""

from __future__ import annotations

import io
import json
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save

from cnnviz import networks
from cnnviz.export import weights
from cnnviz.networks.weights import weights_of
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings

SETTINGS = TrainingSettings(network="two_conv", learning_rate=0.02, seed=4)
OTHER = TrainingSettings(network="same_padded")
WEIGHTS = weights_of(networks.build(SETTINGS))
GOOD = weights.weights_file(WEIGHTS, SETTINGS, 90)


def test_an_export_comes_back_with_its_settings():
    found = weights.read(GOOD, OTHER)
    assert (found.settings, found.step) == (SETTINGS, 90)
    assert all(np.array_equal(found.weights[name], WEIGHTS[name]) for name in WEIGHTS)


def test_a_file_without_settings_is_read_as_the_given_network():
    assert weights.read(save(WEIGHTS), SETTINGS).settings == SETTINGS


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("executed",))


def torch_file() -> bytes:
    buffer = io.BytesIO()
    torch.save({"bomb": Bomb()}, buffer)
    return buffer.getvalue()


def with_header(header: bytes, claimed: int | None = None) -> bytes:
    return (len(header) if claimed is None else claimed).to_bytes(8, "little") + header


BOMB = pickle.dumps(Bomb())
FILES = {
    "pickle": (BOMB, "Not a safetensors file"),
    "pt": (torch_file(), "Not a safetensors file"),
    "text": (b"hello, this is a text and no weights at all", "Not a safetensors file"),
    "empty": (b"", "Not a safetensors file: it is empty"),
    "truncated header": (GOOD[:60], "incomplete"),
    "truncated numbers": (GOOD[:-7], "incomplete or damaged"),
    "20 MB": (b"\0" * (20 * 2**20), "The file has 20.0 MB; the limit is 5 MB"),
    "header of 10 MB": (with_header(b"{" + b" " * 200, 10 * 2**20), "Not a safetensors file"),
    "header of 1 MB": (with_header(b"{" + b" " * 200, 2**20), "claims 1,048,576 bytes; the limit is 100,000"),
    "a million keys": (with_header(json.dumps({str(k): 0 for k in range(300_000)}).encode()), "the limit is 100,000"),
    "huge shape": (
        with_header(json.dumps({"a": {"dtype": "F32", "shape": [2**40, 2**20], "data_offsets": [0, 4]}}).encode()),
        "incomplete or damaged",
    ),
    "list": (with_header(b"{]"), "its header cannot be read"),
    "deep": (with_header(b'{"a":' + b"[" * 50_000 + b"]" * 49_000), "its header cannot be read"),
    "bad step": (
        save(WEIGHTS, metadata={"cnnviz": '{"settings": {}, "step": -1}'}),
        "The settings in this file cannot",
    ),
    "a list": (save(WEIGHTS, metadata={"cnnviz": "[]"}), "The settings in this file cannot be read"),
    "no settings": (save(WEIGHTS, metadata={"cnnviz": "{"}), "The settings in this file cannot be read"),
    "bad settings": (
        save(WEIGHTS, metadata={"cnnviz": '{"settings": {"epochs": -1}, "step": 0}'}),
        "The settings in this file cannot be read",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_weight_file_is_refused(name):
    content, sentence = FILES[name]
    with pytest.raises(Refusal, match=sentence):
        weights.read(content, SETTINGS)


def changed(**arrays) -> dict:
    return {name: array for name, array in {**WEIGHTS, **arrays}.items() if array is not None}


CONV = WEIGHTS["conv1.weight"]
BAD_WEIGHTS = {
    "missing": (changed(**{"conv2.bias": None}), "The weights lack conv2.bias"),
    "extra": (changed(extra=np.zeros(3, "f4")), "The weights have 'extra', which two_conv does not have"),
    "shape": (changed(**{"conv1.weight": np.zeros((16, 1, 3, 3), "f4")}), "conv1.weight is 16x1x3x3, .* has 10x1x5x5"),
    "double": (changed(**{"conv1.weight": CONV.astype("f8")}), "conv1.weight has numbers of type float64; float32"),
    "half": (changed(**{"conv1.weight": CONV.astype("f2")}), "type float16"),
    "nan": (changed(**{"conv1.weight": CONV * np.nan}), "conv1.weight contains NaN or infinity"),
    "inf": (changed(**{"conv1.weight": CONV + np.inf}), "conv1.weight contains NaN or infinity"),
    "markup": (changed(**{"<script>": np.zeros(3, "f8")}), "·script· has numbers of type float64"),
}


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_what_does_not_fit_is_refused_by_name(name):
    arrays, sentence = BAD_WEIGHTS[name]
    with pytest.raises(Refusal, match=sentence):
        weights.read(save(arrays), SETTINGS)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_harmless(place, bit):
    content = bytearray(GOOD)
    content[place] ^= 1 << bit
    try:
        found = weights.read(bytes(content), SETTINGS)
    except Refusal:
        return
    networks.build(found.settings).load_state_dict({name: torch.tensor(array) for name, array in found.weights.items()})
    assert all(np.isfinite(array).all() for array in found.weights.values())


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(content):
    with pytest.raises(Refusal):
        weights.read(content, SETTINGS)
    with pytest.raises(Refusal):
        weights.read(with_header(b"{" + content), SETTINGS)
