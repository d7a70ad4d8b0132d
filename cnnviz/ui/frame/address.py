"""Values that stand in the address: recalled, remembered, and bound to controls."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st

from cnnviz.refusal import Range, Refusal, quoted

NUMBER = re.compile(r"[0-9]{1,9}")


def recall(name: str) -> str | None:
    """The value of an address parameter, or what this session remembers of it."""
    value = st.query_params.get(name)
    return value if value is not None else st.session_state.get(f"chosen_{name}")


def remember(name: str, value: str) -> None:
    """Keep a value in the session and write it into the address."""
    st.session_state[f"chosen_{name}"] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def forget(name: str) -> None:
    """Drop a value from the session and the address."""
    st.session_state.pop(f"chosen_{name}", None)
    st.query_params.pop(name, None)


def recall_number(name: str, highest: int, default: int) -> int:
    """A whole number of the address from 0 to `highest`; the default when it is missing or something else."""
    value = recall(name)
    if value is None:
        return default
    if NUMBER.fullmatch(value) and int(value) <= highest:
        remember(name, value)
        return int(value)
    st.warning(f"The {name} in this address must be a whole number from 0 to {highest}.", icon="🔎")
    forget(name)
    return default


def keep_in_address(key: str, default: Any, parse: Callable[[str], Any]) -> None:
    """Give a control its value from the address, or write its value there; its key is the parameter's name.

    Streamlit's own binding fails on numbers that no computer can hold, such as 1e999.
    """
    if key not in st.session_state:
        st.session_state[key] = _from_address(key, default, parse)
    elif st.session_state[key] != default or recall(key) is not None:
        remember(key, str(st.session_state[key]))


def control(name: str, default: Any, parse: Callable[[str], Any]) -> dict[str, Any]:
    """Key and callback of a control whose value stands in the address as `name`.

    Args:
        name: of the parameter.
        default: the value without an address.
        parse: from the text of the address to a value; raises Refusal, which becomes a notice.
    """
    key = f"{name}_control"
    if key not in st.session_state:
        st.session_state[key] = _from_address(name, default, parse)
    return {"key": key, "on_change": lambda: remember(name, str(st.session_state[key]))}


def value_of(name: str, default: Any, parse: Callable[[str], Any]) -> Any:
    """Where a `control` stands, also while it is not drawn."""
    key = f"{name}_control"
    return st.session_state[key] if key in st.session_state else _from_address(name, default, parse)


def _from_address(name: str, default: Any, parse: Callable[[str], Any]) -> Any:
    text = recall(name)
    if text is None:
        return default
    try:
        value = parse(text)
    except Refusal as refusal:
        st.warning(f"{refusal} The address is ignored there.", icon="🔎")
        forget(name)
        return default
    remember(name, text)
    return value


def at_most(name: str, highest: int) -> None:
    """Move a control back whose range has become smaller."""
    key = f"{name}_control"
    if st.session_state.get(key, 0) > highest:
        st.session_state[key] = highest
        forget(name)


def set_control(name: str, value: Any) -> None:
    """Move a control from a callback, as if the visitor had."""
    st.session_state[f"{name}_control"] = value
    remember(name, str(value))


def one_of(name: str, options: Collection[str]) -> Callable[[str], str]:
    """A parser that accepts these words."""

    def parse(text: str) -> str:
        if text not in options:
            raise Refusal(f"{name} must be one of {', '.join(options)}; it is {quoted(text)}.")
        return text

    return parse


def number_among(name: str, limits: Range, options: Sequence[Any]) -> Callable[[str], Any]:
    """A parser that checks a setting's legal range and takes the nearest position of its slider."""

    def parse(text: str) -> Any:
        value = limits.parse(name.replace("_", " "), text)
        return min(options, key=lambda option: abs(option - value))

    return parse


def number_at_most(name: str, highest: int) -> Callable[[str], int]:
    """A parser that accepts whole numbers from 1 to `highest`."""
    return lambda text: int(Range(1, highest).parse(name, text))
