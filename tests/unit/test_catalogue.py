"""The catalogue has every sentence of the sources, and each of them can be translated."""

from __future__ import annotations

import ast
from string import Formatter

from tests import sentences


def names(template: str) -> list[str]:
    """Values that a template names, each once."""
    return sorted({name for _, name, _, _ in Formatter().parse(template) if name is not None})


def test_the_catalogue_is_that_of_the_sources():
    extracted, kept = sentences.keys(sentences.extracted()), sentences.keys(sentences.kept())
    assert {"missing": extracted - kept, "used by nothing": kept - extracted} == {
        "missing": set(),
        "used by nothing": set(),
    }, "run .ci/sentences"


def test_every_call_in_javascript_is_read():
    """A template that is no literal is not in the catalogue."""
    assert len(list(sentences.javascript())) == sentences.calls_in_javascript()


def test_templates_are_literals():
    """What is put together while the program runs is not in the catalogue."""

    def put_together(argument: ast.expr) -> bool:
        if isinstance(argument, ast.Call):
            return isinstance(argument.func, ast.Attribute) and not isinstance(argument.func.value, ast.Name)
        if isinstance(argument, ast.IfExp):
            return any(isinstance(a, ast.Constant) or put_together(a) for a in (argument.body, argument.orelse))
        return isinstance(argument, (ast.JoinedStr, ast.BinOp))

    assert [str(call) for call in sentences.calls() if any(map(put_together, call.arguments))] == []


def test_a_template_and_its_values_name_the_same():
    def differ(call: sentences.Call) -> bool:
        told = [name for template in call.templates or () for name in names(template)]
        optional = {"count"} if call.function in sentences.COUNTED else set()
        return bool(call.templates) and call.values is not None and set(told) - optional != call.values - optional

    found = [call for call in sentences.calls() if not call.function.startswith("mark")]
    assert [str(call) for call in found if differ(call)] == []


def test_both_templates_of_a_counted_sentence_name_the_same():
    """The number itself may be left out: "each map", "each {count} maps"."""
    counted = [templates for _, templates in sentences.sentences() if len(templates) == 2]
    assert [(one, many) for one, many in counted if {*names(one), "count"} != {*names(many), "count"}] == []


def test_no_template_is_a_piece():
    assert [one for _, templates in sentences.sentences() for one in templates if one != one.strip()] == []
