"""Refusals: a request that cannot be met, said in a sentence; and legal ranges of numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from cnnviz.language import Sentence, mark

LARGEST = 10**300


class Refusal(ValueError):
    """A request that cannot be met. Its sentence tells the visitor what, why, and what would be right.

    Args:
        template: of the sentence, or the sentence itself.
        values: of the template.
    """

    def __init__(self, template: str | Sentence, /, **values: object) -> None:
        self.sentence = template if isinstance(template, Sentence) else Sentence(template, values)
        super().__init__(self.sentence)

    def __str__(self) -> str:
        """The sentence in the language of the reader."""
        return str(self.sentence)


def quoted(text: object) -> str:
    """A visitor's words for a sentence: short, and without what means something in Markdown or HTML."""
    return repr(re.sub(r"[^\w .,+-]", "·", str(text)[:40]))


@dataclass(frozen=True)
class Range:
    """Legal values of one numeric setting, both ends included."""

    low: float
    high: float
    whole: bool = True

    def check(self, name: str | Sentence, value: object) -> None:
        """Raise Refusal unless value is a number of the right kind within the range.

        Args:
            name: of the field, or what a sentence calls it.
            value: of the field.
        """
        named = name if isinstance(name, Sentence) else name.replace("_", " ")
        legal = {"name": named, "low": self.low, "high": self.high}
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            if self.whole:
                template = mark("{name} must be a whole number from {low:g} to {high:g}; {value} is not a number.")
            else:
                template = mark("{name} must be a number from {low:g} to {high:g}; {value} is not a number.")
            raise Refusal(template, value=quoted(value), **legal)
        value = min(max(value, -LARGEST), LARGEST) if isinstance(value, int) else value  # more fits into no float
        if not math.isfinite(value) or (self.whole and value != int(value)) or not self.low <= value <= self.high:
            if self.whole:
                template = mark("{name} must be a whole number from {low:g} to {high:g}; it is {value:.6g}.")
            else:
                template = mark("{name} must be a number from {low:g} to {high:g}; it is {value:.6g}.")
            raise Refusal(template, value=value, **legal)

    def parse(self, name: str | Sentence, text: str) -> float:
        """The number that a text means, in plain digits as in an address; Refusal as `check` raises it."""
        plain = re.fullmatch(r"[+-]?([0-9]{1,400}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,3})?", text, re.ASCII)
        self.check(name, float(text) if plain else text)
        return float(text)
