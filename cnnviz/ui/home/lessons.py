"""The row of lessons, and the digits below it."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from cnnviz.datasets import DATASETS, is_available
from cnnviz.language import say
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.ui.components.image_strip import image_strip
from cnnviz.ui.components.lesson_cards import Card, lesson_cards
from cnnviz.ui.frame.address import fragment
from cnnviz.ui.frame.navigation import LESSONS
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.home.pictures import pictures
from cnnviz.ui.network.image import first_images

SHOWN = "home_shown"  # in the session: the run and the step of which all pictures are drawn
SOON = 0.5  # seconds after the first pictures
DIGITS = "digits_strip"


def lessons(run: Run) -> None:
    """The pictures that need nothing at once, then the others in their places."""
    steps = current_store().records.snapshots(run.id)
    seen = Seen(run, steps[-1] if steps else 0)
    later = st.session_state.get(SHOWN) == (run.id, seen.step)
    _cards(seen, later=later)
    _digits(seen, later=later)
    if steps and not later:
        _prepare(seen)


def _prepare(seen: Seen) -> None:
    """Draw the other pictures when the page stands, in a part of it without an element: nothing fades meanwhile."""
    stands = False

    def prepare() -> None:
        nonlocal stands
        if stands:
            pictures(seen, later=True)
            st.session_state[SHOWN] = (seen.run.id, seen.step)
            st.rerun()
        stands = True

    fragment(prepare, run_every=SOON)()


def _cards(seen: Seen, *, later: bool) -> None:
    place = {"run": seen.run.id}
    drawn = pictures(seen, later=later)
    cards = [
        Card(
            lesson.name,
            say(lesson.title),
            say(lesson.description),
            f"{lesson.name}?{urlencode(place)}" if lesson is not LESSONS[0] else lesson.name,
            drawn.get(lesson.name),
        )
        for lesson in LESSONS
    ]
    followed = lesson_cards(cards, key="cards")
    for lesson in LESSONS:
        if lesson.name == followed:
            st.switch_page(lesson.path)


def _digits(seen: Seen, *, later: bool) -> None:
    """Start, and one digit of each class, which leads through the network."""
    with st.container(key="start_row", horizontal=True, vertical_alignment="center", gap="large"):
        first = LESSONS[0]
        if st.button(say("Start with the convolution"), key="start", type="primary"):
            st.switch_page(first.path)
        name = seen.settings.dataset
        if is_available(name) and (later or DATASETS[name].fetch is not None):
            ids, sheet = first_images(name, seen)
            image_strip(sheet, ids, None, key=DIGITS, alt=say("Digits to send through the network"), on_choose=_nothing)
            wanted = st.session_state[DIGITS].chosen
            if wanted in ids:
                st.switch_page(LESSONS[2].path, query_params={"run": seen.run.id, "image": str(wanted)})


def _nothing() -> None:
    """What was chosen is read where it is drawn: a callback may not go to another page."""
