"""Percentages that round to nothing false, against exact decimal arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz.numbers import percent, probability, told_apart


@given(st.integers(1, 100_000), st.data(), st.integers(0, 2))
def test_a_share_is_not_rounded_to_all_or_nothing(images, data, digits):
    right = data.draw(st.integers(0, images))
    text = percent(right / images, digits)
    exact, step = 100 * Decimal(right) / images, Decimal(1).scaleb(-digits)
    number = Decimal(text.strip("<>% "))
    if text.startswith("<"):
        assert 0 < exact < number == step
    elif text.startswith(">"):
        assert 100 - step == number < exact < 100
    else:
        assert abs(number - exact) <= step / 2 + Decimal("1e-9")
        assert (number == 0) <= (right == 0)
        assert (number == 100) <= (right == images)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "< 0.1%"), (1.0, "> 99.9%"), (1e-30, "< 0.1%"), (0.99951, "> 99.9%"), (0.984, "98.4%"), (0.5, "50.0%")],
)
def test_a_probability_is_never_all_or_nothing(value, text):
    assert probability(value) == text


def test_all_and_nothing_are_said_of_shares():
    assert (percent(0.0), percent(1.0), percent(1.0, 0), percent(0.005, 0)) == ("0.0%", "100.0%", "100%", "< 1%")


losses = st.floats(0, 1e4, allow_nan=False)


@given(losses, losses)
def test_two_numbers_are_told_apart(first, second):
    texts = told_apart(first, second)
    assert (texts[0] == texts[1]) == (first == second)
    if all("e" not in text for text in texts):
        assert (float(texts[0]) < float(texts[1])) == (first < second)


def test_neighbours_are_told_apart_with_as_few_digits_as_it_takes():
    assert told_apart(0.03, 0.0301) == ("0.0300", "0.0301")
    assert told_apart(2.3, 1.0) == ("2.300", "1.000")
