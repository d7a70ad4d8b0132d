"""Figures of the curves of a training, drawn once for all visitors."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from cnnviz.figures.training import View, accuracy_curves, loss_curves
from cnnviz.language import language
from cnnviz.training.records import Annotation, Curves

Figures = tuple[str, str]  # loss and accuracy as JSON

_lock = threading.Lock()
_drawn: WeakKeyDictionary[Curves, dict[tuple[object, ...], Figures]] = WeakKeyDictionary()


def figures_of(curves: Curves, view: View, annotations: Sequence[Annotation]) -> Figures:
    """Loss and accuracy as JSON; a second visitor with the same view gets the same text."""
    key = language(), view, tuple(annotations)
    with _lock:
        drawn = _drawn.setdefault(curves, {})
        if key not in drawn:
            loss = loss_curves(curves, view, annotations)
            accuracy = accuracy_curves(curves, view, annotations)
            drawn[key] = loss.to_json(), accuracy.to_json()
        return drawn[key]
