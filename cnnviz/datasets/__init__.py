"""The data sets: one file each, one line in DATASETS."""

from __future__ import annotations

from cnnviz.datasets import digits, mnist
from cnnviz.datasets.records import DatasetSpec, DataUnavailable, ImageData
from cnnviz.datasets.splits import stratified as stratified
from cnnviz.refusal import Refusal, quoted

DATASETS: dict[str, DatasetSpec] = {
    "mnist": mnist.SPEC,
    "digits": digits.SPEC,
}


def load(name: str) -> ImageData:
    """Images and labels of a data set, kept in memory after the first call.

    Raises:
        Refusal: there is no such data set. DataUnavailable: its files are missing or damaged.
    """
    if name not in DATASETS:
        raise Refusal("There is no data set {name}; there are {known}.", name=quoted(name), known=", ".join(DATASETS))
    return DATASETS[name].load()


def problem(name: str) -> str | None:
    """The sentence that says why a data set cannot be used now; None if it can."""
    if name in DATASETS and DATASETS[name].fetch is None:
        return None  # it comes with a library, which need not be imported to know that
    try:
        load(name)
    except DataUnavailable as error:
        return str(error)
    return None


def is_available(name: str) -> bool:
    """Whether `load` would return the images."""
    return problem(name) is None


def default() -> str:
    """MNIST when it is on this computer, else the digits that come with scikit-learn."""
    return "mnist" if is_available("mnist") else "digits"
