"""Weights of a visitor: good ones come back, every bad one is refused with a sentence, and nothing is executed."""

from __future__ import annotations

import io
import json
import pickle
import tomllib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save
from safetensors.torch import save as torch_save

from cnnviz import networks
from cnnviz.export import header, weights
from cnnviz.networks import NETWORKS, custom
from cnnviz.networks.custom import MOST_PARAMETERS
from cnnviz.networks.weights import weights_of
from cnnviz.refusal import Refusal
from cnnviz.settings import SETTINGS as SETTINGS_TABLE
from cnnviz.settings import TrainingSettings
from cnnviz.training import loop
from tests.conftest import ROOT

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


def with_entry(**changes) -> bytes:
    """A file of one tensor of which the header says something else."""
    entry = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} | changes
    return with_header(json.dumps({"conv1.weight": entry}).encode()) + bytes(4)


def named(**values) -> bytes:
    """The good weights, with other settings in the header."""
    return save(WEIGHTS, metadata={"cnnviz": json.dumps({"settings": SETTINGS.to_dict(), "step": 3} | values)})


def with_settings(**values) -> bytes:
    return named(settings=SETTINGS.to_dict() | values)


def with_metadata(metadata) -> bytes:
    length = int.from_bytes(GOOD[:8], "little")
    header = json.loads(GOOD[8 : 8 + length]) | {"__metadata__": metadata}
    return with_header(json.dumps(header).encode()) + GOOD[8 + length :]


HTML = b"<!DOCTYPE html><title>Log in</title>" + b" " * 200
FILES = {
    "pickle": (BOMB, "Not a safetensors file"),
    "pt": (torch_file(), "Not a safetensors file"),
    "text": (b"hello, this is a text and no weights at all", "Not a safetensors file"),
    "page": (HTML, "Not a safetensors file"),
    "empty": (b"", "Not a safetensors file: it is empty"),
    "truncated header": (GOOD[:60], "incomplete: its header has [0-9,]+ bytes, and 52 are here"),
    "truncated numbers": (GOOD[:-7], "incomplete: [0-9,]+ of [0-9,]+ bytes of its numbers are here"),
    "more at the end": (GOOD + b"\n", "goes on for 1 bytes after the last number"),
    "too large": (bytes(header.MOST_BYTES + 2**20), "The file has 41.0 MB; the limit is 40 MB"),
    "header of 50 MB": (with_header(b"{" + b" " * 200, 50 * 2**20), "Not a safetensors file"),
    "header of 1 MB": (with_header(b"{" + b" " * 200, 2**20), "claims 1,048,576 bytes; the limit is 100,000"),
    "a million keys": (with_header(json.dumps({str(k): 0 for k in range(300_000)}).encode()), "the limit is 100,000"),
    "huge shape": (with_entry(shape=[2**39, 2**39]), "conv1.weight is 549755813888x549755813888, [0-9,]+ bytes"),
    "larger shape": (with_entry(shape=[2**70]), "does not say type, shape and place of conv1.weight"),
    "many sides": (with_entry(shape=[1] * 5_000), "does not say type, shape and place of conv1.weight"),
    "shape of texts": (with_entry(shape=["1"]), "does not say type, shape and place of conv1.weight"),
    "no shape": (with_entry(shape=None), "does not say type, shape and place of conv1.weight"),
    "negative": (with_entry(shape=[-1]), "does not say type, shape and place of conv1.weight"),
    "a list for a tensor": (with_header(b'{"conv1.weight": []}'), "does not say type, shape and place of conv1.weight"),
    "unknown type": (with_entry(dtype="F4"), "conv1.weight has numbers of type F4; F64, F32, F16, BF16"),
    "type of a list": (with_entry(dtype=["F32"]), "does not say type, shape and place of conv1.weight"),
    "another place": (with_entry(data_offsets=[4, 8]), "incomplete: 4 of 8 bytes"),
    "a gap": (with_entry(data_offsets=[1, 5]) + b"0", "conv1.weight does not begin where the header ends"),
    "list": (with_header(b"{]"), "its header cannot be read"),
    "deep": (with_header(b'{"a":' + b"[" * 50_000 + b"]" * 49_000), "its header cannot be read"),
    "metadata: a list": (with_metadata([1]), "The metadata of this file are no texts with names"),
    "metadata: nested": (with_metadata({"a": {"b": "c"}}), "must be texts, and a is none"),
    "metadata: settings": (with_metadata({"cnnviz": {"settings": {}}}), "must be texts, and cnnviz is none"),
    "metadata: huge": (with_metadata({"cnnviz": "x" * 10**6}), "the limit is 100,000"),
    "a list": (save(WEIGHTS, metadata={"cnnviz": "[]"}), "must name its settings, a table of names and values"),
    "no settings": (save(WEIGHTS, metadata={"cnnviz": "{"}), "The settings in this file are no JSON"),
    "deep settings": (save(WEIGHTS, metadata={"cnnviz": "[" * 30_000}), "The settings in this file are no JSON"),
    "settings: a list": (named(settings=[1, 2]), "must name its settings, a table of names and values"),
    "no step": (save(WEIGHTS, metadata={"cnnviz": '{"settings": {}}'}), "and its step"),
    "step below": (named(step=-1), r"step must be a whole number from 0 to 1e\+09; it is -1"),
    "step of a list": (named(step=[5]), r"step must be a whole number from 0 to 1e\+09; '·5·' is not a number"),
    "step beyond": (named(step=10**400), r"step must be a whole number from 0 to 1e\+09; it is 1e\+300"),
    "unknown network": (with_settings(network="no_such_network"), "There is no network 'no_such_network'; there are"),
    "custom layers": (with_settings(network="custom", layers="conv 8 k99"), "k"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_weight_file_is_refused(name):
    content, sentence = FILES[name]
    with pytest.raises(Refusal, match=sentence) as refusal:
        weights.read(content, SETTINGS)
    assert "damaged" not in str(refusal.value)


WRONG = [[], [1], {}, {"a": [1]}, None, "x" * 5_000, -(10**400), float("nan"), float("-inf"), [[[]]], "\x00<b>"]


@pytest.mark.parametrize("wrong", WRONG, ids=[str(k) for k in range(len(WRONG))])
@pytest.mark.parametrize("setting", SETTINGS_TABLE.values(), ids=lambda setting: setting.name)
def test_a_wrong_setting_names_what_is_legal(setting, wrong):
    """A list, a table, nothing, a long text, a number beyond all limits: for every setting."""
    with pytest.raises(Refusal) as refusal:
        weights.read(with_settings(**{"network": "custom", setting.name: wrong}), SETTINGS)
    said = str(refusal.value)
    assert len(said) < 600 and "<b>" not in said
    if setting.limits is not None:
        assert f"from {setting.limits.low:g} to {setting.limits.high:g}" in said
    elif setting.options is not None:
        assert all(option in said for option in setting.options)
    elif setting.kind == "switch":
        assert "must be true or false" in said


def test_settings_of_other_versions_are_read():
    told = SETTINGS.to_dict() | {"epochs": 2.0, "no_such_setting": [1]}
    found = weights.read(named(settings=told, step=4.0), OTHER)
    assert found.settings == SETTINGS.but(epochs=2)
    assert type(found.settings.epochs) is type(found.step) is int


def changed(**arrays) -> dict:
    return {name: array for name, array in {**WEIGHTS, **arrays}.items() if array is not None}


CONV = WEIGHTS["conv1.weight"]
BAD_WEIGHTS = {
    "missing": (changed(**{"conv2.bias": None}), "The weights lack conv2.bias, which two_conv has"),
    "extra": (changed(extra=np.zeros(3, "f4")), "The weights have 'extra', which two_conv does not have"),
    "shape": (changed(**{"conv1.weight": np.zeros((16, 1, 3, 3), "f4")}), "conv1.weight is 16x1x3x3, .* has 10x1x5x5"),
    "too large": (changed(**{"conv1.weight": CONV.astype("f8") * 1e300}), "conv1.weight has numbers too large"),
    "whole": (changed(**{"conv1.weight": np.ones(CONV.shape, "i1")}), r"conv1.weight has whole numbers \(int8\)"),
    "nan": (changed(**{"conv1.weight": CONV * np.nan}), "conv1.weight contains NaN or infinity"),
    "inf": (changed(**{"conv1.weight": CONV + np.inf}), "conv1.weight contains NaN or infinity"),
    "markup": (changed(**{"<script>": np.zeros(3, "f8")}), "'·script·', which two_conv does not have"),
}


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_what_does_not_fit_is_refused_by_name(name):
    arrays, sentence = BAD_WEIGHTS[name]
    with pytest.raises(Refusal, match=sentence):
        weights.read(save(arrays), SETTINGS)


def test_weights_of_another_network_name_the_one_they_fit():
    arrays = weights_of(networks.build(TrainingSettings(network="strided")))
    with pytest.raises(Refusal, match=r"They fit Strided: choose that network above"):
        weights.read(save(arrays), SETTINGS)


# What loses nothing is read, and what was done is told

OWN = [*(spec.tutorial for spec in NETWORKS.values()), NETWORKS["plain"].tutorial.but(blocks=12)]
OWN += [
    TrainingSettings(network="custom", layers=layers)
    for layers in (
        "conv 16 k5 s1 p2 bn relu max; max k2 s2; conv 8 k3 leaky drop30",
        "mean k2 s2; conv 64 k3 s1 p1 bn gelu",
    )
]


@pytest.mark.parametrize("settings", OWN, ids=lambda one: f"{one.network}-{one.blocks}-{one.layers[:8]}")
def test_every_export_comes_back(settings):
    arrays = weights_of(networks.build(settings))
    found = weights.read(weights.weights_file(arrays, settings, 5), OTHER)
    assert (found.settings, found.step, found.own, list(found.notes)) == (settings, 5, True, [])
    assert all(np.array_equal(found.weights[name], arrays[name]) for name in arrays)
    assert set(found.weights) == set(arrays)


def test_the_largest_network_comes_back_in_every_type():
    """The most parameters that a network of one's own may have, as the file of double precision that others make."""
    texts = [f"conv {channels} k1 bn; conv 256 k9 p4 bn" for channels in range(130, 150)]
    settings = max((TrainingSettings(network="custom", layers=text) for text in texts), key=size)
    assert 0.99 * MOST_PARAMETERS < size(settings) <= MOST_PARAMETERS
    arrays = {name: array.astype("f8") for name, array in weights_of(networks.build(settings)).items()}
    content = weights.weights_file(arrays, settings, 1)
    assert len(content) * MOST_PARAMETERS / size(settings) < header.MOST_BYTES
    assert weights.read(content, SETTINGS).settings == settings


def size(settings) -> int:
    try:
        custom.parse(settings.layers)
    except Refusal:
        return 0
    return sum(p.numel() for p in networks.build(settings).parameters())


def test_streamlit_takes_the_largest_file():
    told = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert told["server"]["maxUploadSize"] * 2**20 == header.MOST_BYTES


STRIDED = NETWORKS["strided"].tutorial


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (torch.float16, "type F16 are kept as F32, which loses nothing"),
        (torch.bfloat16, "type BF16 are kept as F32, which loses nothing"),
        (torch.float8_e5m2, "type F8_E5M2 are kept as F32"),
        (torch.float64, "type F64 are rounded to F32"),
        (torch.float32, ""),
    ],
)
def test_numbers_of_every_type_are_read(kind, words):
    network = networks.build(STRIDED).to(kind)
    found = weights.read(torch_save(network.state_dict()), STRIDED)
    assert words in " ".join(map(str, found.notes)) and bool(words) == bool(found.notes)
    for name, tensor in network.state_dict().items():
        assert found.weights[name].dtype == (np.int64 if name.endswith("tracked") else np.float32)
        np.testing.assert_array_equal(found.weights[name], tensor.float().numpy())


def test_counters_of_any_type_are_read():
    arrays = weights_of(networks.build(STRIDED))
    for other in (np.array([7], "i4"), np.array(7.0, "f4"), np.array(7, "u8")):
        found = weights.read(save(arrays | {"norm1.num_batches_tracked": other}), STRIDED)
        assert found.weights["norm1.num_batches_tracked"] == 7
        assert found.weights["norm1.num_batches_tracked"].shape == ()
    for wrong in (np.array([1, 2]), np.array(-3), np.array(np.nan)):
        with pytest.raises(Refusal, match=r"norm1.num_batches_tracked must be a whole number from 0 to"):
            weights.read(save(arrays | {"norm1.num_batches_tracked": wrong}), STRIDED)
    fewer = {name: array for name, array in arrays.items() if not name.endswith("tracked")}
    assert weights.read(save(fewer), STRIDED).weights["norm3.num_batches_tracked"] == 0


def test_the_state_of_a_training_is_read_as_its_weights(digits_data):
    settings = TrainingSettings(dataset="digits", network="two_conv", optimiser="adam", batch_size=500)
    training = loop.Training(settings, digits_data)
    for _ in zip(training.records(), range(3), strict=False):
        pass
    found = weights.read(save(training.state()), settings)
    assert all(np.array_equal(found.weights[name], a) for name, a in weights_of(training.network).items())
    assert "stand behind 'weights'" in str(found.notes[0])
    assert "left aside" in str(found.notes[1])


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
