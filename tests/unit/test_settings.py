import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.datasets.records import ImageData
from cnnviz.inspection.records import ForwardPass, Predictions
from cnnviz.refusal import Range, Refusal, quoted
from cnnviz.settings import LIMITS, TrainingSettings


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
        LIMITS["learning_rate"].parse("learning rate", text)


@given(st.floats(1e-6, 10))
def test_every_legal_learning_rate_survives_the_address(rate):
    assert LIMITS["learning_rate"].parse("learning rate", repr(rate)) == rate


@given(st.integers(-100, 100), st.integers(-100, 100), st.integers(-300, 300))
def test_a_range_accepts_exactly_what_lies_in_it(low, high, value):
    try:
        Range(low, high).check("x", value)
        accepted = True
    except Refusal:
        accepted = False
    assert accepted == (low <= value <= high)


def test_a_visitors_words_are_quoted_without_markup():
    assert quoted("![x](http://evil)<b>*_`$\x00") == "'··x··http···evil··b··_···'"
    assert quoted("two words, 1.5e+3") == "'two words, 1.5e+3'"
    assert len(quoted("x" * 10**6)) == 42


def test_settings_survive_a_dictionary():
    settings = TrainingSettings(network="strided", learning_rate=0.02, seed=7)
    assert TrainingSettings.from_dict(settings.to_dict() | {"of a later version": 1}) == settings


def test_image_data_cannot_be_written():
    data = ImageData(*(np.zeros((2, 28, 28), np.uint8), np.zeros(2, int)) * 2)
    with pytest.raises(ValueError, match="read-only"):
        data.train_images[0, 0, 0] = 1


def test_predictions():
    answers = Predictions(np.array([1, 0]), np.array([[0.2, 0.8], [0.3, 0.7]]))
    assert answers.predicted.tolist() == [1, 1]
    assert answers.right.tolist() == [True, False]
    assert answers.confidence.tolist() == [0.8, 0.7]


def test_the_softmax_formula_has_the_numbers_in_it():
    passed = ForwardPass(np.zeros((1, 2, 2)), [], np.array([1.0, 2.0]), np.array([0.2689, 0.7311]))
    assert passed.predicted == 1
    assert passed.softmax_formula("ab") == r"P(\text{b}) = \frac{e^{2.00}}{e^{1.00} + \cdots + e^{2.00}} = 0.7311"
