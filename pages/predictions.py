"""Predictions: what the chosen network says of every test image, and where it is surest and wrong."""

import streamlit as st

from cnnviz.figures.predictions import confusion_matrix
from cnnviz.inspection import predictions
from cnnviz.ui.components.gallery import gallery
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at_most, control, number_at_most, one_of, remember
from cnnviz.ui.frame.header import open_page
from cnnviz.ui.frame.run_bar import run_bar
from cnnviz.ui.frame.thumbnails import thumbnails
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.predictions.tiles import tile

TILES = 24
ANY = "any"
VERDICTS = {"wrong": "Wrong", "right": "Right", "all": "All"}

open_page(
    "Predictions", "The prediction is the class of the largest logit. Its mistakes tell what a network has not learned."
)
seen = pick_snapshot(run_bar())
answers, classes = seen.predictions, seen.classes
wrong = int((~answers.right).sum())
cells = st.columns(3)
cells[0].metric("Accuracy on the whole test set", f"{answers.right.mean():.2%}")
cells[1].metric("Wrong", f"{wrong:,}")
cells[2].metric("Test images", f"{len(answers.labels):,}")

st.subheader("Gallery", anchor=False)
columns = st.columns(3)
with columns[0]:
    state = control("show", "wrong", one_of("show", VERDICTS))
    verdict = st.segmented_control("Show", list(VERDICTS), format_func=VERDICTS.get, required=True, **state)
options = [ANY, *classes]
with columns[1]:
    label = st.selectbox("True class", options, **control("label", ANY, one_of("label", options)))
with columns[2]:
    predicted = st.selectbox("Predicted class", options, **control("predicted", ANY, one_of("predicted", options)))


def class_index(name: str) -> int | None:
    """The number of a class; None for any."""
    return None if name == ANY else list(classes).index(name)


found = predictions.chosen(answers, verdict, class_index(label), class_index(predicted))
pages = max(1, -(-len(found) // TILES))
page = 1
if pages > 1:
    at_most("page", pages)
    page = st.slider("Page", 1, pages, **control("page", 1, number_at_most("page", pages)))
shown = [int(index) for index in found[(page - 1) * TILES : page * TILES]]


st.caption(f"{len(found):,} images; the wrong ones first, the most confident first. Click one to follow it.")
if shown:
    sheet = thumbnails(seen.data, shown, list(map(str, shown)))
    chosen = gallery(sheet, [tile(answers, index, classes, index) for index in shown], key="gallery")
    if chosen is not None:
        remember("image", str(chosen))
        st.page_link("pages/network.py", label=f"See test image {chosen} pass through the network", icon="🧠")
else:
    st.info("No test image is of this kind. Choose other classes, or show all.", icon="🔎")

st.subheader("Confusion matrix", anchor=False)
st.caption("Each row is a true class, each column a prediction; off the diagonal are the mistakes.")
plotly_view(
    confusion_matrix(predictions.confusion(answers), classes),
    key="confusion",
    height=460,
    alt=f"Confusion matrix: {wrong} of {len(answers.labels)} test images are off the diagonal.",
)
