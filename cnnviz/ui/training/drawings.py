"""Figures of a training's history, drawn once for all visitors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from cnnviz.figures.training import View, accuracy_curves, loss_curves
from cnnviz.language import language
from cnnviz.runs.reader import History
from cnnviz.training.records import Annotation

Figures = tuple[str, str]  # loss and accuracy as JSON

_lock = threading.Lock()
_drawn: WeakKeyDictionary[History, dict[tuple[object, ...], Figures]] = WeakKeyDictionary()


def curves_of(history: History, view: View, annotations: Sequence[Annotation]) -> Figures:
    """Loss and accuracy of a history as JSON; a second visitor with the same view gets the same text."""
    key = language(), view, tuple(annotations)
    with _lock:
        drawn = _drawn.setdefault(history, {})
        if key not in drawn:
            loss = loss_curves(history.curves, view, annotations)
            accuracy = accuracy_curves(history.curves, view, annotations)
            drawn[key] = loss.to_json(), accuracy.to_json()
        return drawn[key]
