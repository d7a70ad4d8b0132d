"""The controls of the predictions page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnviz.datasets import DATASETS
from cnnviz.language import mark
from cnnviz.refusal import Range
from cnnviz.ui.frame.controls import Control, number, word
from cnnviz.ui.frame.session import IMAGE, RUN, STEP

ANY = "any"
VERDICTS: Mapping[str, str] = {"wrong": mark("Wrong"), "right": mark("Right"), "all": mark("All")}
CLASSES: Mapping[str, str] = {ANY: mark("any")} | {name: name for spec in DATASETS.values() for name in spec.classes}
MOST_PAGES = 9_999

CONTROLS: Sequence[Control] = (
    RUN,
    STEP,
    IMAGE,
    word("show", VERDICTS, "wrong"),
    word("label", CLASSES, ANY),
    word("predicted", CLASSES, ANY),
    number("page", Range(1, MOST_PAGES)),
)
