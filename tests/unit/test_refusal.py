"""Ranges, and a visitor's words in a sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.refusal import Range, Refusal, quoted


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
