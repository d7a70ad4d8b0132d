"""Links as they arrive: names that were damaged on their way are mended, and what means nothing is told."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from cnnviz.language import all_of, counted
from cnnviz.refusal import Refusal, quoted

DAMAGE = re.compile(r"^(amp;|\s)+|\s+$")  # "&amp;" for "&", as programs write that show an address in HTML
MOST_TOLD = 3  # names in a notice


def mended(address: Mapping[str, str], names: Collection[str]) -> tuple[dict[str, str], list[Refusal]]:
    """The parameters that a page knows, by the names of its controls, and a notice of the others."""
    known = {name: text for name, text in address.items() if name in names}
    others = []
    for written, text in address.items():
        name = DAMAGE.sub("", written).lower()
        if written not in names and name in names and name not in known:
            known[name] = text
        elif written not in names:
            others.append(written)
    return known, [_meaningless(others)] if others else []


def _meaningless(names: Sequence[str]) -> Refusal:
    """What a page does not know."""
    return Refusal(
        counted(
            "{names} in this address means nothing on this page.",
            "{names} in this address mean nothing on this page.",
            len(names),
            names=some(names),
        )
    )


def repeated(names: Sequence[str]) -> Refusal:
    """What stands in an address more than once."""
    return Refusal(
        counted(
            "{names} stands more than once in this address; the last one counts.",
            "{names} stand more than once in this address; the last one of each counts.",
            len(names),
            names=some(names),
        )
    )


def some(names: Sequence[str]) -> object:
    """A few names, and how many more there are."""
    told: list[object] = [quoted(name) for name in names[:MOST_TOLD]]
    if len(names) > MOST_TOLD:
        told.append(counted("{count} more", "{count} more", len(names) - MOST_TOLD))
    return all_of(told)
