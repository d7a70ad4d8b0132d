"""Training settings and their limits."""

from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.refusal import Refusal
from cnnviz.settings import SETTINGS, Group, Script, TrainingSettings, limits


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": math.nan},
        {"learning_rate": math.inf},
        {"learning_rate": -1},
        {"learning_rate": 0},
        {"learning_rate": 1e308},
        {"learning_rate": "1_000"},
        {"learning_rate": True},
        {"epochs": 0},
        {"epochs": -1},
        {"epochs": 2.5},
        {"epochs": 1e9},
        {"batch_size": 0},
        {"batch_size": 10**9},
        {"seed": -1},
        {"seed": 2**70},
        {"momentum": 1.0},
        {"subset": -5},
        {"optimiser": "newton"},
        {"normalisation": "<b>"},
    ],
)
def test_settings_outside_their_range_are_refused_with_the_legal_one(changes):
    with pytest.raises(Refusal, match=r"must be (a|a whole) number from .+ to .+;|must be one of"):
        TrainingSettings(**changes)


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-1", "0", "1e308", "1_000", "١٢", "9" * 400, "", " 1", "0x10", "1e999"]
)
def test_a_learning_rate_in_an_address_is_refused(text):
    with pytest.raises(Refusal, match=r"learning rate must be a number from 1e-06 to 10"):
        limits("learning_rate").parse("learning rate", text)


@given(st.floats(1e-6, 10))
def test_every_legal_learning_rate_survives_the_address(rate):
    assert limits("learning_rate").parse("learning rate", repr(rate)) == rate


def test_settings_survive_a_dictionary():
    settings = TrainingSettings(network="strided", learning_rate=0.02, seed=7)
    assert TrainingSettings.from_dict(settings.to_dict() | {"of a later version": 1}) == settings


# Every row has what the loops over the table need


@pytest.mark.parametrize("name", SETTINGS)
def test_a_row_is_complete(name):
    setting = SETTINGS[name]
    setting.check(setting.default)
    assert setting.label
    assert setting.said(setting.default)
    assert setting.group in get_args(Group)
    assert setting.script in get_args(Script)
    assert set(setting.needs) <= set(SETTINGS)
    assert setting.kind == "number" or not (setting.positions or setting.short)
    for position in setting.positions:
        setting.check(position)
        assert setting.said(position)
    if setting.options is not None:
        assert all(setting.said(option) for option in setting.options)
    if setting.short:
        assert setting.positions, "what can be changed while a training runs needs the positions of its slider"
        assert setting.script == "constant", "the script writes changes under way by the names of constants"


@pytest.mark.parametrize("name", SETTINGS)
def test_what_is_needed_can_be_had(name):
    for other, words in SETTINGS[name].needs.items():
        for value in words:
            SETTINGS[other].check(value)


def test_what_has_no_effect_is_left_out():
    values = TrainingSettings().to_dict() | {"optimiser": "adam", "momentum": 0.9, "nesterov": True, "blocks": 3}
    assert TrainingSettings.of(values) == TrainingSettings(optimiser="adam")
    kept = values | {"optimiser": "sgd", "network": "plain"}
    assert TrainingSettings.of(kept) == TrainingSettings(**kept)


def test_a_word_of_another_kind_is_refused():
    with pytest.raises(Refusal, match="optimiser must be one of"):
        TrainingSettings(optimiser=["sgd"])
