"""Rows of controls for layers: a row for each layer, a field for each setting of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnviz.convolution.layer_language import Layer
from cnnviz.language import say
from cnnviz.refusal import Range
from cnnviz.ui.frame.refusals import gesture

OF_POOLINGS = ("kind", "kernel_size", "stride", "padding")  # the fields that a row of a pooling has


@dataclass(frozen=True)
class Field:
    """The control of one setting: a number to type within limits, a choice among options, or a switch."""

    name: str  # of the setting
    label: str  # with {number}, that of the layer
    width: float = 1  # of its column
    limits: Range | None = None
    options: Mapping[Any, str] | None = None  # values and the words for them


def layer_rows(
    layers: list[Layer], fields: Sequence[Field], *, prefix: str, on_change: Callable[[list[Layer]], None]
) -> None:
    """Draw the rows.

    Args:
        layers: that the controls stand at; what a visitor changes is changed in this list, so that two changes that
            reach the server together are both kept.
        fields: of each row, from left to right.
        prefix: of the session keys, such as stack_layer_1_channels: pages share one session.
        on_change: given the layers after a change.
    """
    for number, layer in enumerate(layers, 1):
        columns = st.columns([field.width for field in fields], vertical_alignment="bottom")
        for field, column in zip(fields, columns, strict=True):
            if layer.kind == "conv" or field.name in OF_POOLINGS:
                key = f"{prefix}_{number}_{field.name}"
                st.session_state[key] = getattr(layer, field.name)
                with column:
                    _control(field, number, key, _keeper(layers, number, field.name, key, on_change))


def _control(field: Field, number: int, key: str, on_change: Callable[[], None]) -> None:
    label = say(field.label, number=number)
    if field.limits is not None:
        st.number_input(label, int(field.limits.low), int(field.limits.high), key=key, on_change=gesture(on_change))
    elif field.options is not None:
        words = dict(field.options)
        here = st.session_state[key]
        if here not in words:  # it stands only in the text
            words = dict(sorted({**words, here: str(here)}.items()))
        st.selectbox(label, list(words), format_func=words.__getitem__, key=key, on_change=gesture(on_change))
    else:
        st.toggle(label, key=key, on_change=gesture(on_change))


def _keeper(
    layers: list[Layer], number: int, name: str, key: str, on_change: Callable[[list[Layer]], None]
) -> Callable[[], None]:
    """The callback of a control."""

    def keep() -> None:
        layers[number - 1] = layers[number - 1].changed(name, st.session_state[key])
        on_change(layers)

    return keep
