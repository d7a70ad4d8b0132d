"""The test image to look at: one of each class to choose from, any other by its number, or one by chance."""

from __future__ import annotations

import random

import streamlit as st

from cnnviz.datasets.splits import one_of_each
from cnnviz.language import say
from cnnviz.ui.components.image_strip import image_strip
from cnnviz.ui.components.shared.sprites import Images
from cnnviz.ui.frame.address import bound, put, within
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.snapshots import Seen

STRIP = "image_strip"


def pick_image(seen: Seen) -> int:
    """The number of the test image."""
    count = len(seen.data.test_labels)
    chosen: int = within("image", count - 1)
    ids, sheet = first_images(seen.settings.dataset, seen)
    alt = say("One test image of each class")
    image_strip(sheet, ids, chosen, key=STRIP, alt=alt, on_choose=gesture(lambda: _choose(count)))
    with st.container(key="image_number", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.number_input(say("Test image"), 0, count - 1, label_visibility="collapsed", **bound("image", value=chosen))
        st.button(say("Another"), key="another", on_click=gesture(lambda: put(image=random.randrange(count))))
    return chosen


@st.cache_resource(show_spinner=False, hash_funcs={Seen: lambda seen: seen.settings.dataset})
def first_images(dataset: str, seen: Seen) -> tuple[list[int], Images]:
    """The first test image of each class of a data set: their numbers, and the sheet of them."""
    ids = one_of_each(seen.data.test_labels).tolist()
    lines = [say("Test image {image}: {name}", image=k, name=name) for k, name in zip(ids, seen.classes, strict=True)]
    return ids, Images.of(seen.data.test_images[ids], lines, columns=len(ids))


def _choose(count: int) -> None:
    wanted = st.session_state[STRIP].chosen
    if isinstance(wanted, int) and 0 <= wanted < count:
        put(image=wanted)
