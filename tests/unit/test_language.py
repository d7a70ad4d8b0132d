"""Sentences: said with their values, counted, kept and said again."""

from __future__ import annotations

import json

import pytest

from cnnviz.language import Sentence, counted, say, say_count, sentence
from cnnviz.refusal import Refusal


def test_a_sentence_is_said_with_its_values():
    assert say("{name} is {share:.1%}.", name="Half", share=0.5) == "Half is 50.0%."
    assert str(sentence("No values, so {braces} stay.")) == "No values, so {braces} stay."


@pytest.mark.parametrize(("count", "said"), [(0, "0 cells"), (1, "1 cell"), (2, "2 cells"), (1_000, "1,000 cells")])
def test_words_depend_on_a_number(count, said):
    assert say_count("{count} cell", "{count:,} cells", count) == said


def test_a_visitors_braces_are_not_read():
    assert say("There is no {name}.", name="{0} {evil.__class__}") == "There is no {0} {evil.__class__}."


def test_a_sentence_comes_back_from_json():
    cause = counted("{count} step", "{count} steps", 3)
    kept = sentence("It ended after {cause}.", cause=cause)
    again = Sentence.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert again == kept
    assert str(again) == "It ended after 3 steps."


def test_a_refusal_is_its_sentence():
    refusal = Refusal("{name} is too large.", name="it")
    assert str(refusal) == "it is too large."
    assert refusal.sentence == sentence("{name} is too large.", name="it")
    assert str(Refusal(counted("{count} slice", "{count} slices", 2))) == "2 slices"
