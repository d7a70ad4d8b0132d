"""The language of layers: written and read again, for stacks and for networks that are trained."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.convolution.layer_language import ACTIVATIONS, NETWORK, POOLINGS, STACK, Layer, parse, write
from cnnviz.convolution.stack import parse_stack
from cnnviz.convolution.stack_examples import STACKS
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings
from cnnviz.training.recipes import RECIPES
from tests.conftest import ROOT

DEMOS = [json.loads(path.read_text("utf-8")) for path in sorted(ROOT.glob("assets/demo_*/run.json"))]
TEXTS = {TrainingSettings().layers, *(recipe.settings.layers for recipe in RECIPES.values())}


def numbers(purpose, name):
    limits = purpose.limits[name]
    return st.integers(int(limits.low), int(limits.high))


@st.composite
def layers_for(draw, purpose):
    kind = draw(st.sampled_from(["conv", "conv", "max", "mean"]))
    names = ("kernel_size", "stride", "padding", "dilation", *(("channels",) if kind == "conv" else ()))
    given = {name: draw(numbers(purpose, name)) for name in names}
    if purpose.trained and kind == "conv":
        given["norm"] = draw(st.booleans())
        given["activation"] = draw(st.sampled_from(ACTIVATIONS))
        given["pooling"] = draw(st.sampled_from(POOLINGS))
        given["dropout"] = draw(numbers(purpose, "dropout"))
    return Layer(kind, **given)


@given(st.lists(layers_for(STACK), min_size=1, max_size=6))
def test_a_stack_is_read_as_it_was_written(layers):
    assert parse(write(layers, STACK), STACK) == layers


@given(st.lists(layers_for(NETWORK), min_size=1, max_size=6))
def test_a_network_is_read_as_it_was_written(layers):
    assert parse(write(layers, NETWORK), NETWORK) == layers


@given(st.lists(layers_for(STACK), min_size=1, max_size=6))
def test_what_a_stack_says_means_the_same_in_a_network(layers):
    small = [layer for layer in layers if layer.channels <= 256 and layer.kernel_size <= 9 and layer.padding <= 4]
    assert not small or parse(write(small, STACK), NETWORK) == small


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_texts_of_recipes_and_defaults_come_back_as_they_were(text):
    assert write(parse(text, NETWORK), NETWORK) == text


@pytest.mark.parametrize("example", STACKS.values(), ids=STACKS)
def test_texts_of_examples_mean_what_they_show(example):
    stack = parse_stack(example.text)
    assert parse_stack(stack.text) == stack


@pytest.mark.parametrize("demo", DEMOS, ids=[demo["run"]["id"] for demo in DEMOS])
def test_the_layers_of_stored_runs_can_be_read(demo):
    text = TrainingSettings.from_dict(demo["run"]["settings"]).layers
    assert write(parse(text, NETWORK), NETWORK) == text


def test_both_spellings_of_a_pooling():
    conv, pool = Layer("conv", 10, 5), Layer("max", kernel_size=2, stride=2)
    assert parse("conv 10 k5; max k2 s2", STACK) == parse("conv 10 k5 max", STACK) == [conv, pool]
    (folded,) = parse("conv 10 k5 max", NETWORK)
    assert parse("conv 10 k5; max k2 s2", NETWORK) == list(folded.unfolded) == [conv, pool]


@pytest.mark.parametrize(
    ("text", "purpose", "layer"),
    [
        ("conv", STACK, Layer("conv", 1, 3)),
        ("conv", NETWORK, Layer("conv", 16, 5)),
        ("max", STACK, Layer("max", kernel_size=3)),
        ("max 16 k2", STACK, Layer("max", kernel_size=2)),
        ("mean k3 d2", STACK, Layer("mean", dilation=2)),
        ("conv k3 8 relu none p1", NETWORK, Layer("conv", 8, 3, padding=1)),
        (" conv  4\tk1 ", STACK, Layer("conv", 4, 1)),
    ],
)
def test_what_is_left_out_is_usual(text, purpose, layer):
    assert parse(text, purpose) == [layer]


@pytest.mark.parametrize(
    ("text", "purpose", "reason"),
    [
        ("conv 16 q5", NETWORK, "a layer is written like conv 16 k5 s1 p2 bn relu max drop25; 'q5' is not understood"),
        ("conv 16 q5", STACK, "a layer is written like conv 16 k3 s1 p1 d1; 'q5' is not understood"),
        ("fourier", NETWORK, "a layer is one of conv, max, mean, written like conv 16 .*; it begins with 'fourier'"),
        ("conv 4 bn", STACK, "a stack is not trained: leave 'bn' out"),
        ("conv 4 drop25", STACK, "a stack is not trained: leave 'drop25' out"),
        ("max k2 s2 bn", NETWORK, "a pooling is written like max k2 s2; 'bn' is not understood"),
        ("conv 4; max k2 drop9", NETWORK, "a pooling is written like max k2 s2; 'drop9'"),
        ("conv 300", NETWORK, "channels must be a whole number from 1 to 256; it is 300"),
        ("max k10", NETWORK, "kernel size must be a whole number from 1 to 9; it is 10"),
        ("conv 300 k12", STACK, "kernel size must be a whole number from 1 to 11; it is 12"),
        ("conv 4; ", NETWORK, "it begins with ''"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(text, purpose, reason):
    with pytest.raises(Refusal, match=reason):
        parse(text, purpose)


def test_a_changed_layer():
    layer = Layer("conv", 16, 5, padding=2)
    assert layer.changed("stride", 2) == Layer("conv", 16, 5, 2, 2)
    pooling = layer.changed("kind", "max")
    assert pooling == Layer("max", kernel_size=2, stride=2)
    assert pooling.changed("kind", "conv") == Layer("conv")
    assert layer.changed("kind", "conv") == layer
