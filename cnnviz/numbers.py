"""Numbers as they are shown: percentages that round to nothing false, and two numbers that are told apart."""

from __future__ import annotations

MOST_DECIMALS = 12


def percent(share: float, digits: int = 1) -> str:
    """A share in percent, "98.4%"; one that is not quite 0 or 1 is not rounded to it: "< 0.1%", "> 99.9%"."""
    text, step = f"{share:.{digits}%}", 10**-digits
    if share > 0 and float(text[:-1]) == 0:
        return f"< {step:.{digits}f}%"
    if share < 1 and float(text[:-1]) == 100:
        return f"> {100 - step:.{digits}f}%"
    return text


def probability(value: float, digits: int = 1) -> str:
    """A probability after softmax in percent. It is never 0 or 1: where it seems so, a float could not hold it."""
    return percent(min(max(float(value), 1e-12), 1 - 1e-12), digits)


def told_apart(first: float, second: float, digits: int = 3) -> tuple[str, str]:
    """Two numbers with at least so many decimals, and with more where it takes more to tell them apart."""
    for decimals in range(digits, MOST_DECIMALS):
        texts = f"{first:.{decimals}f}", f"{second:.{decimals}f}"
        if texts[0] != texts[1]:
            return texts
    return (f"{first:g}", f"{second:g}") if f"{first:g}" != f"{second:g}" else (repr(first), repr(second))
