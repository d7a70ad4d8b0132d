"""Confusion matrix: how many images of each true class got each prediction, as a table of cells that can be pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.arrays import Array
from cnnviz.language import say_count
from cnnviz.ui.components.shared.mount import component

Pair = tuple[int, int]  # numbers of the true and of the predicted class
_mount = component("confusion_matrix")


def confusion_matrix(
    counts: Array, classes: Sequence[str], *, key: str, chosen: Pair | None = None, on_press: Callable[[], None]
) -> None:
    """Draw the matrix, or update the one already drawn under this key.

    Args:
        counts: (C, C); row is the true class, column the predicted one.
        classes: their names.
        key: of the matrix in the page.
        chosen: the cell that is marked.
        on_press: called after a cell was pressed; `st.session_state[key].pair` is [true class, predicted class] then.
    """
    images, wrong = int(counts.sum()), int(counts.sum() - counts.trace())
    alt = say_count(
        "Confusion matrix: {count} of {images:,} test images is off the diagonal.",
        "Confusion matrix: {count} of {images:,} test images are off the diagonal.",
        wrong,
        images=images,
    )
    data = {"counts": counts.tolist(), "classes": list(classes), "chosen": chosen and list(chosen), "alt": alt}
    _mount(key=key, data=data, on_pair_change=on_press)
