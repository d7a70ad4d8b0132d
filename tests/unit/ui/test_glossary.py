"""The glossary: every term is found in a text, once, and means something."""

from __future__ import annotations

import pytest

from cnnviz.ui.convolution.table import CONTROLS as CONVOLUTION
from cnnviz.ui.frame.glossary import AXIS, TERMS, meaning, parts
from cnnviz.ui.training.table import controls


@pytest.mark.parametrize("name", TERMS)
def test_a_term_is_explained_where_it_first_stands_in_a_text(name):
    term = TERMS[name]
    text = f"The {term.word}s of a thing, and the {term.word} of another."
    pieces = list(parts(text))
    assert "".join(words for words, _ in pieces) == text
    assert [(words, said) for words, said in pieces if said] == [(term.word, term.meaning)]


def test_the_longest_term_is_taken_and_parts_of_words_are_none():
    told = [words for words, said in parts("Kernel size, output padding, stepping, biased, t-SNE; lossless.") if said]
    assert told == ["Kernel size", "output padding", "t-SNE"]


@pytest.mark.parametrize("name", TERMS)
def test_a_meaning_is_one_short_sentence(name):
    said = TERMS[name].meaning
    assert said[0].isupper() or said.startswith("e ")
    assert said.endswith(".")
    assert len(said.split()) <= 24


def test_the_words_of_the_sandbox_and_of_the_training_are_explained():
    """A number that a visitor moves in the first view of a lesson has a word in the glossary."""
    numbers = {AXIS.sub("", c.name) for c in CONVOLUTION if c.limits and c.name.endswith(("_rows", "_columns"))}
    assert {name for name in numbers if meaning(name) is None} == set()
    main = {"learning_rate", "batch_size", "epochs", "optimiser", "normalisation", "momentum", "weight_decay"}
    assert main <= {c.name for c in controls()}
    assert all(meaning(name) for name in main)
