"""Sentences: a template and its values, put together when they are shown, in the language of the reader.

The English template is its own key (gettext): a catalogue in `locales/` holds every template, and a translation is a
catalogue of another language. Templates are whole sentences or labels with named values in braces, since other
languages order their words otherwise; a number that a noun depends on has a template for one and one for many.
"""

from __future__ import annotations

import functools
import gettext
import os
from collections.abc import Mapping
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


def say(template: str, /, **values: Any) -> str:
    """The sentence of a template with its values."""
    return str(Sentence(template, values))


def say_count(one: str, many: str, /, count: int, **values: Any) -> str:
    """The sentence of one of two templates, whose words depend on `count`."""
    return str(counted(one, many, count, **values))


def mark(template: str) -> str:
    """The template itself: it is noted for the catalogues where it stands, and said where it is shown."""
    return template


def language() -> str:
    """The language of the reader, as the environment names it: CNNVIZ_LANGUAGE, else English."""
    return os.environ.get("CNNVIZ_LANGUAGE") or ENGLISH


def languages() -> list[str]:
    """The languages that have a catalogue, English first."""
    return [ENGLISH, *sorted(path.parts[-3] for path in LOCALES.glob("*/LC_MESSAGES/cnnviz.mo"))]


@functools.cache
def catalogue_of(name: str) -> gettext.NullTranslations:
    """The catalogue of a language; English, whose templates are the sentences, for one that has none."""
    return gettext.translation("cnnviz", LOCALES, [name], fallback=True)
