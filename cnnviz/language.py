"""Sentences: a template and its values, put together when they are shown, in the language of the reader.

The English template is its own key (gettext): a catalogue in `locales/` holds every template, and a translation is a
catalogue of another language. Templates are whole sentences or labels with named values in braces, since other
languages order their words otherwise; a number that a noun depends on has a template for one and one for many.
"""

from __future__ import annotations

import functools
import gettext
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCALES = Path(__file__).parent / "locales"
ENGLISH = "en"


@dataclass(frozen=True)
class Sentence:
    """A sentence that is not said yet; `str` says it. Values are numbers, texts, or sentences."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""  # the template where values["count"] asks for a plural; empty where nothing is counted

    def __str__(self) -> str:
        """The sentence in the language of the reader."""
        catalogue = catalogue_of(language())
        if self.plural:
            text = catalogue.ngettext(self.template, self.plural, self.values["count"])
        else:
            text = catalogue.gettext(self.template) if self.template else ""
        return text.format(**self.values) if self.values else text

    def __format__(self, form: str) -> str:
        """The sentence as a value of another one; `{name:lower}` takes its capital where a language has it so."""
        return str(self).lower() if form == "lower" else format(str(self), form)

    def to_dict(self) -> dict[str, Any]:
        """Template and values, ready for JSON."""
        values = {name: v.to_dict() if isinstance(v, Sentence) else v for name, v in self.values.items()}
        return {"template": self.template, "values": values, "plural": self.plural}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Sentence:
        """The sentence that `to_dict` gave."""
        values = {name: cls.from_dict(v) if isinstance(v, dict) else v for name, v in stored["values"].items()}
        return cls(stored["template"], values, stored["plural"])


def sentence(template: str, /, **values: Any) -> Sentence:
    """A sentence to be said later."""
    return Sentence(template, values)


def counted(one: str, many: str, /, count: int, **values: Any) -> Sentence:
    """A sentence to be said later, whose words depend on `count`."""
    return Sentence(one, {"count": count, **values}, many)


def say(template: str | Sentence, /, **values: Any) -> str:
    """The sentence of a template with its values; or a sentence as it is."""
    return str(template if isinstance(template, Sentence) else Sentence(template, values))


def say_count(one: str, many: str, /, count: int, **values: Any) -> str:
    """The sentence of one of two templates, whose words depend on `count`."""
    return str(counted(one, many, count, **values))


def joined(things: Iterable[object], template: str) -> Any:
    """Things one after the other as one value of a sentence; the template joins the {first} ones to the {second}."""
    return functools.reduce(lambda first, second: sentence(template, first=first, second=second), things)


def one_of(things: Iterable[object]) -> Any:
    """Alternatives as one value of a sentence: "1 or 2 or 4"."""
    return joined(things, mark("{first} or {second}"))


def all_of(things: Iterable[object]) -> Any:
    """Things that belong together as one value of a sentence: "rows and columns"."""
    return joined(things, mark("{first} and {second}"))


def mark(template: str) -> str:
    """The template itself: it is noted for the catalogues where it stands, and said where it is shown."""
    return template


def mark_count(one: str, many: str) -> tuple[str, str]:
    """Both templates of a counted sentence, noted for the catalogues where they stand."""
    return one, many


def language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the reader, as the environment names it: CNNVIZ_LANGUAGE, else English."""
    return environment.get("CNNVIZ_LANGUAGE") or ENGLISH


def languages() -> list[str]:
    """The languages that have a catalogue, English first."""
    return [ENGLISH, *sorted(path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/cnnviz.mo"))]


@functools.cache
def catalogue_of(name: str) -> gettext.NullTranslations:
    """The catalogue of a language; English, whose templates are the sentences, for one that has none."""
    return gettext.translation("cnnviz", LOCALES, [name], fallback=True)


def translations(name: str) -> dict[str, str | list[str]]:
    """A catalogue as plain data, for JavaScript: what is said instead of each template; empty for English.

    The template of a counted sentence is that for one thing, and its translation a list: for one thing first, for many
    last.
    """
    catalogue: Mapping[Any, str] = getattr(catalogue_of(name), "_catalog", {})  # gettext has no public way to list it
    said: dict[str, str | list[str]] = {}
    for template, text in sorted(catalogue.items(), key=str):
        match template:
            case (one, int(_form)):
                said[one] = [*said.get(one, []), text]
            case "":
                pass  # the head of the catalogue
            case _:
                said[template] = text
    return said
