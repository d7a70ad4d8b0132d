"""Predictions: what the chosen network says of every test image, and where it is surest and wrong."""

import streamlit as st

from cnnviz.figures.predictions import confusion_matrix
from cnnviz.inspection import predictions
from cnnviz.language import say, say_count
from cnnviz.numbers import percent
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import buttons, choice, slider
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.run_bar import run_bar
from cnnviz.ui.frame.thumbnails import thumbnails
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.predictions.following import follow
from cnnviz.ui.predictions.table import ANY, CLASSES, CONTROLS
from cnnviz.ui.predictions.tiles import tile

TILES = 24

open_page(
    say("Predictions"),
    say("The prediction is the class of the largest logit. Its mistakes tell what a network has not learned."),
    CONTROLS,
)
seen = pick_snapshot(run_bar())
answers, classes = seen.predictions, seen.classes
wrong = int((~answers.right).sum())
cells = st.columns(3)
of_all = say("of all {images:,} test images", images=len(answers.labels))
cells[0].metric(say("Accuracy"), percent(answers.right.mean(), 2), of_all, delta_color="off", delta_arrow="off")
cells[1].metric(say("Wrong"), f"{wrong:,}")
cells[2].metric(say("Test images"), f"{len(answers.labels):,}")

st.subheader(say("Gallery"), anchor=False)
columns = st.columns(3)
with columns[0]:
    buttons(say("Show"), "show")
options = {name: CLASSES[name] for name in (ANY, *classes)}
put(**{name: ANY for name in ("label", "predicted") if at(name) not in options})
with columns[1]:
    choice(say("True class"), "label", options)
with columns[2]:
    choice(say("Predicted class"), "predicted", options)


def class_index(name: str) -> int | None:
    """The number of a class; None for any."""
    return None if name == ANY else list(classes).index(name)


found = predictions.chosen(answers, at("show"), class_index(at("label")), class_index(at("predicted")))
pages = max(1, -(-len(found) // TILES))
if at("page") > pages:
    put(page=pages)
if pages > 1:
    slider(say("Page"), "page", most=pages)
shown = [int(index) for index in found[(at("page") - 1) * TILES : at("page") * TILES]]

st.caption(
    say_count(
        "{count:,} image; the wrong ones first, the most confident first. Click one to follow it.",
        "{count:,} images; the wrong ones first, the most confident first. Click one to follow it.",
        len(found),
    )
)
if shown:
    sheet = thumbnails(seen.data, shown, list(map(str, shown)))
    tiles = [tile(answers, index, classes, index) for index in shown]
    follow(sheet, tiles, seen, key="gallery")
else:
    st.info(say("No test image is of this kind. Choose other classes, or show all."), icon=":material/search:")

st.subheader(say("Confusion matrix"), anchor=False)
st.caption(say("Each row is a true class, each column a prediction; off the diagonal are the mistakes."))
plotly_view(
    confusion_matrix(predictions.confusion(answers), classes),
    key="confusion",
    file=seen.file_name,
    height=460,
    alt=say_count(
        "Confusion matrix: {count} of {images} test images is off the diagonal.",
        "Confusion matrix: {count} of {images} test images are off the diagonal.",
        wrong,
        images=len(answers.labels),
    ),
)
end_page()
