"""The controls of the predictions page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnviz.datasets import DATASETS
from cnnviz.language import mark, mark_count
from cnnviz.refusal import Range
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import Control, number, word
from cnnviz.ui.frame.session import IMAGE, RUN, STEP

ANY = "any"
VERDICTS: Mapping[str, str] = {"wrong": mark("Wrong"), "right": mark("Right"), "all": mark("All")}
SORTS: Mapping[str, str] = {
    "confidence": mark("Most confident"),
    "margin": mark("Smallest margin"),
    "loss": mark("Largest loss"),
    "random": mark("Random"),
}
ORDERS: Mapping[str, tuple[str, str]] = {
    "confidence": mark_count(
        "{count:,} image; the wrong ones first, the most confident first.",
        "{count:,} images; the wrong ones first, the most confident first.",
    ),
    "margin": mark_count(
        "{count:,} image; first the one whose two largest probabilities are closest.",
        "{count:,} images; first those whose two largest probabilities are closest.",
    ),
    "loss": mark_count(
        "{count:,} image; first the one with the smallest probability of its true class.",
        "{count:,} images; first those with the smallest probability of their true class.",
    ),
    "random": mark_count("{count:,} image.", "{count:,} images in random order, always the same."),
}
CLASSES: Mapping[str, str] = {ANY: mark("any")} | {name: name for spec in DATASETS.values() for name in spec.classes}
MOST_PAGES = 9_999


def first_page() -> None:
    """Other images are shown, from their beginning."""
    put(page=1)


def leave_pair() -> None:
    """All images are those of all pairs of classes: a pair is right or wrong as a whole."""
    if at("show") == "all" and ANY not in (at("label"), at("predicted")):
        put(label=ANY, predicted=ANY)
    first_page()


CONTROLS: Sequence[Control] = (
    RUN,
    STEP,
    IMAGE,
    word("show", VERDICTS, "wrong", leave_pair),
    word("sort", SORTS, "confidence", first_page),
    word("label", CLASSES, ANY, first_page),
    word("predicted", CLASSES, ANY, first_page),
    number("page", Range(1, MOST_PAGES)),
)
