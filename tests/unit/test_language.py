"""Sentences: said with their values, counted, kept and said again."""

from __future__ import annotations

import json

import pytest

from cnnviz.configuration import Configuration
from cnnviz.language import Sentence, all_of, counted, languages, one_of, say, say_count, sentence, translations
from cnnviz.refusal import Range, Refusal


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


@pytest.mark.parametrize(("things", "said"), [([1], "1"), ([1, 2], "1 or 2"), ([1, 2, 4], "1 or 2 or 4")])
def test_alternatives_are_one_value(things, said):
    assert say("{groups}", groups=one_of(things)) == said


def test_english_needs_no_translation():
    assert translations("en") == {}


def test_a_refusal_is_said_in_the_language_of_the_reader(quoting, tmp_path):
    with pytest.raises(Refusal) as refused:
        Range(1, 7).check("stride", 9)
    assert str(refused.value) == "«stride must be a whole number from 1 to 7; it is 9.»"
    assert languages() == ["en", "quoting"]
    Configuration.from_environment({"CNNVIZ_HOME": str(tmp_path), "CNNVIZ_LANGUAGE": "quoting"}).check()


def test_what_was_kept_is_said_in_the_language_of_the_reader(monkeypatch, quoting):
    monkeypatch.setenv("CNNVIZ_LANGUAGE", "en")
    with pytest.raises(Refusal) as refused:
        Range(0, 0.5, whole=False).check("share", 1)
    kept = json.dumps(refused.value.sentence.to_dict())
    assert str(refused.value) == "share must be a number from 0 to 0.5; it is 1."
    monkeypatch.setenv("CNNVIZ_LANGUAGE", "quoting")
    assert str(Sentence.from_dict(json.loads(kept))) == "«share must be a number from 0 to 0.5; it is 1.»"


def test_a_value_is_said_in_the_language_of_the_reader(quoting):
    assert str(one_of([1, one_of([2, 4])])) == "«1 or «2 or 4»»"
    assert str(all_of(["rows", "columns"])) == "«rows and columns»"


def test_a_catalogue_as_plain_data(quoting):
    said = translations("quoting")
    assert said["{first} or {second}"] == "«{first} or {second}»"
    assert json.loads(json.dumps(said)) == said
    assert "" not in said
