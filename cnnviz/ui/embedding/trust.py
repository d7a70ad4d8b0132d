"""How far to trust a map: what it keeps of the features."""

from __future__ import annotations

import streamlit as st

from cnnviz.embedding.records import MapQuality
from cnnviz.language import say, say_count
from cnnviz.numbers import percent
from cnnviz.ui.frame.notes import note


def trust(quality: MapQuality, images: int) -> None:
    """The quality of a map of so many test images, each number with what it means."""
    lines = (
        say(
            "**{share}** 10-NN accuracy on the map  \n:small[a vote of the 10 nearest dots]",
            share=percent(quality.accuracy_map),
        ),
        say(
            "**{share}** 10-NN accuracy by features  \n:small[the same vote by features]",
            share=percent(quality.accuracy_features),
        ),
        say(
            "**{share}** neighbours kept  \n:small[of the 10 nearest by features]",
            share=percent(quality.neighbours_kept, 0),
        ),
        say(
            "**{number:.3f}** trustworthiness  \n:small[1: no intruders among neighbours]",
            number=quality.trustworthiness,
        ),
    )
    st.markdown("\n\n".join(lines))
    st.caption(say_count("Of {count:,} test image.", "Of {count:,} test images.", images))
    note("trust", say("Neighbours on a t-SNE map mean something; sizes and distances of clusters mean little."), "left")
