"""Pairs of a true and a predicted class: the cell of the confusion matrix whose images are shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.ui.components.confusion_matrix import Pair
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.predictions.table import ANY, first_page

MATRIX = "confusion"  # key of the matrix


def class_number(name: str, classes: Sequence[str]) -> int | None:
    """The number of a class; None for any."""
    return None if name == ANY else list(classes).index(name)


def chosen_pair(classes: Sequence[str]) -> Pair | None:
    """The pair whose images are shown; None where one class of it is any."""
    label, predicted = (class_number(at(name), classes) for name in ("label", "predicted"))
    return None if label is None or predicted is None else (label, predicted)


def press(classes: Sequence[str]) -> None:
    """Show the images of the cell that was pressed, or after a second press those of all."""
    match st.session_state[MATRIX].pair:
        case [int(label), int(predicted)] if {label, predicted} <= set(range(len(classes))):
            _show(label, predicted, classes)


def _show(label: int, predicted: int, classes: Sequence[str]) -> None:
    if (label, predicted) == chosen_pair(classes):
        put(label=ANY, predicted=ANY)
    else:
        put(show="right" if label == predicted else "wrong", label=classes[label], predicted=classes[predicted])
    first_page()
