"""Controls: what a page lets its visitor set, how its value is written in the address, and the widgets that show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.language import mark, say
from cnnviz.refusal import Range, Refusal, quoted
from cnnviz.ui.frame.address import at, bound, memory
from cnnviz.ui.frame.glossary import meaning

TRUTH: Mapping[str, bool] = {"true": True, "false": False}
WHOLE = re.compile(r"[0-9]{1,9}")
NO_NUMBER = -1


@dataclass(frozen=True)
class Control:
    """A value that a visitor sets. Its name is the parameter of the address and the key of its widget."""

    name: str
    default: Any
    parse: Callable[[str], Any]  # from the text of the address; raises Refusal, which becomes a notice
    write: Callable[[Any], str] | None = str  # for the address; None: it does not stand there
    limits: Range | None = None
    options: Mapping[str, str] | None = None  # word to label
    then: Callable[[], None] | None = None  # called after the visitor has moved it


# Makers: a control of each kind.


def number(name: str, limits: Range, default: float | None = None, positions: Sequence[Any] = ()) -> Control:
    """A number within limits, whole when they are; where there are positions, the nearest of them."""
    kind: Callable[[float], float] = int if limits.whole else float

    def place(value: float) -> Any:
        return min(positions, key=lambda position: abs(position - value)) if positions else kind(value)

    start = limits.low if default is None else default
    return Control(name, place(start), lambda text: place(limits.parse(name.replace("_", " "), text)), limits=limits)


def word(name: str, options: Mapping[str, str], default: str, then: Callable[[], None] | None = None) -> Control:
    """One of some words."""
    parse = one_of(name, options)
    return Control(name, default, parse, str, options=options, then=then)


def switch(name: str, default: bool = False, then: Callable[[], None] | None = None) -> Control:
    """On or off, written true or false; read in capitals too."""
    parse = one_of(name, TRUTH)
    return Control(name, default, lambda text: TRUTH[parse(text.lower())], lambda on: str(on).lower(), then=then)


def text(name: str, default: str, longest: int, then: Callable[[], None] | None = None) -> Control:
    """A text, checked where it is used."""

    def parse(given: str) -> str:
        if len(given) > longest:
            template = mark("the {name} has {length:,} characters; the limit is {longest:,}.")
            raise Refusal(template, name=name, length=len(given), longest=longest)
        return given

    return Control(name, default, parse, then=then)


def whole(name: str, default: int | None = None) -> Control:
    """A whole number from 0 to what the page knows: see `within`, which tells of everything else."""
    return Control(name, default, lambda given: int(given) if WHOLE.fullmatch(given) else NO_NUMBER)


def one_of(name: str, options: Mapping[str, Any]) -> Callable[[str], str]:
    """A parser that accepts these words."""

    def parse(given: str) -> str:
        if given not in options:
            template = mark("{name} must be one of {options}; it is {given}.")
            words = name.replace("_", " ")
            raise Refusal(template, name=words, options=", ".join(options), given=quoted(given))
        return given

    return parse


# Widgets: each shows the control of its name on this page.


def control(name: str) -> Control:
    """The control of this page of that name."""
    return memory().table[name]


def limits_of(name: str) -> Range:
    """The legal values of a number among the controls of this page."""
    found = control(name).limits
    if found is None:
        raise KeyError(name)
    return found


def slider(label: str, name: str, most: int | None = None) -> None:
    """A slider over the whole numbers of its limits."""
    limits = limits_of(name)
    high = int(limits.high) if most is None else most
    st.slider(label, int(limits.low), high, help=meaning(name), **bound(name, value=at(name)))


def steps(
    label: str, name: str, positions: Sequence[Any], form: Callable[[Any], str] = str, *,
    disabled: bool = False, help: str | None = None,
) -> None:  # fmt: skip
    """A slider over useful values, and the one where it stands, which an address may name in between."""
    options = sorted({*positions, at(name)})
    arguments = bound(name, value=at(name))
    st.select_slider(label, options, format_func=form, disabled=disabled, help=help or meaning(name), **arguments)


def field(label: str, name: str, help: str | None = None) -> None:
    """A field to type a number into."""
    limits = limits_of(name)
    kind = int if limits.whole else float
    st.number_input(
        label, kind(limits.low), kind(limits.high), help=help or meaning(name), **bound(name, value=kind(at(name)))
    )


def line(label: str, name: str) -> None:
    """A line to type a text into."""
    st.text_input(label, **bound(name, value=at(name)))


def buttons(label: str, name: str, options: Mapping[str, str] | None = None) -> None:
    """A row of buttons, one of them chosen: of the control's own options, unless fewer are given."""
    labels = options or control(name).options or {}
    arguments = bound(name, default=at(name))
    st.segmented_control(
        label,
        list(labels),
        required=True,
        wrap=True,
        help=meaning(name),
        format_func=lambda one: say(labels[one]),
        **arguments,
    )


def choice(label: str, name: str, options: Mapping[str, str] | None = None) -> None:
    """A list to choose from: of the control's own options, unless others are given."""
    labels = options or control(name).options or {}
    arguments = bound(name, index=list(labels).index(at(name)))
    st.selectbox(label, list(labels), format_func=lambda one: say(labels[one]), help=meaning(name), **arguments)


def toggle(label: str, name: str, help: str | None = None) -> None:
    """A switch."""
    st.toggle(label, help=help or meaning(name), **bound(name, value=at(name)))


def expander(label: str, name: str, icon: str) -> Any:
    """A part of the page that is closed at first; whether it is open is `at(name)`."""
    return st.expander(label, icon=icon, **bound(name))
