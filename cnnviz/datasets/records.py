"""Records of data sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cnnviz.arrays import Array
from cnnviz.refusal import Refusal


class DataUnavailable(Refusal):
    """The images of a data set are not on this computer, or are damaged."""


@dataclass(frozen=True)
class ImageData:
    """A data set in memory. Images are (N, 28, 28) uint8, labels (N,) int64; nobody writes to them."""

    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array

    def __post_init__(self) -> None:
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            array.setflags(write=False)


@dataclass(frozen=True)
class DatasetSpec:
    """What is known about a data set; `load` raises DataUnavailable with a sentence that says what to do."""

    label: str  # a template, as `description`
    description: str
    load: Callable[[], ImageData]
    test_images: int
    classes: Sequence[str] = tuple("0123456789")
    fetch: Callable[[Callable[[int, int], None]], None] | None = None  # fetch(progress(bytes, total)); None: embedded
