"""The lessons, in their order: their addresses, names and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnnviz.configuration import ROOT
from cnnviz.language import mark, say

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

PAGES = ROOT / "pages"
KNOWN = "lessons_known"  # in a session that has been told of the lessons; another is shown the files of the folder


@dataclass(frozen=True)
class Lesson:
    """One page."""

    name: str  # of its file and in its address
    title: str  # a template, as `description`
    description: str  # what a visitor does there

    @property
    def path(self) -> Path:
        """Its script."""
        return PAGES / f"{self.name}.py"


HOME = Lesson("home", mark("Start"), mark("What there is to see, and in which order."))
LESSONS = (
    Lesson(
        "convolution",
        mark("Convolution"),
        mark("Move a kernel over an image and read the arithmetic of every output cell."),
    ),
    Lesson("training", mark("Training"), mark("Train a network on handwritten digits and watch its loss fall.")),
    Lesson("network", mark("Network"), mark("Follow one image through every layer of a trained network.")),
    Lesson("embedding", mark("Embedding"), mark("See on a map which images the network holds for similar.")),
    Lesson("predictions", mark("Predictions"), mark("Look at the mistakes, the most confident ones first.")),
)


def navigation() -> Page:
    """Tell Streamlit the pages; the one to run now."""
    import streamlit as st

    st.session_state[KNOWN] = True
    return st.navigation(
        [
            st.Page(lesson.path, title=say(lesson.title), url_path=lesson.name, default=lesson is HOME)
            for lesson in (HOME, *LESSONS)
        ],
        position="top",
    )
