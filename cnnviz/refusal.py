"""Refusals: a request that cannot be met, said in a sentence; and legal ranges of numbers."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass


class Refusal(ValueError):
    """A request that cannot be met. The message is a sentence for the visitor: what, why, what would be right."""


def quoted(text: object) -> str:
    """A visitor's words for a sentence: short, and without what means something in Markdown or HTML."""
    return repr(re.sub(r"[^\w .,+-]", "·", str(text)[:40]))


@dataclass(frozen=True)
class Range:
    """Legal values of one numeric setting, both ends included."""

    low: float
    high: float
    whole: bool = True

    def check(self, name: str, value: object) -> None:
        """Raise Refusal unless value is a number of the right kind within the range."""
        kind = "a whole number" if self.whole else "a number"
        legal = f"{name} must be {kind} from {self.low:g} to {self.high:g}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Refusal(f"{legal}; {quoted(value)} is not a number.")
        if not math.isfinite(value) or (self.whole and value != int(value)) or not self.low <= value <= self.high:
            raise Refusal(f"{legal}; it is {value:.6g}.")

    def parse(self, name: str, text: str) -> float:
        """The number that a text means, in plain digits as in an address; Refusal as `check` raises it."""
        plain = re.fullmatch(r"[+-]?([0-9]{1,400}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,3})?", text, re.ASCII)
        value: object = float(text) if plain else text
        self.check(name, value)
        assert isinstance(value, float)
        return value
