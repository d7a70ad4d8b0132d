"""Predictions: what the chosen network says of every test image, and where it is surest and wrong."""

import streamlit as st

from cnnviz.inspection import predictions
from cnnviz.language import say, say_count
from cnnviz.numbers import percent
from cnnviz.ui.components.confusion_matrix import confusion_matrix
from cnnviz.ui.frame.address import at, bound, put
from cnnviz.ui.frame.controls import buttons, choice
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.run_bar import run_bar
from cnnviz.ui.frame.thumbnails import thumbnails
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.frame.view import view
from cnnviz.ui.predictions.following import follow
from cnnviz.ui.predictions.pairs import MATRIX, chosen_pair, class_number, press
from cnnviz.ui.predictions.table import ANY, CLASSES, CONTROLS, ORDERS
from cnnviz.ui.predictions.tiles import tile

TILES = 15  # on a page: its number means the same images in every window

open_page(
    say("Predictions"), say("What the network says of every test image, and where it is sure and wrong."), CONTROLS
)
figure, knobs, below = view()
with below:  # before anything is drawn that takes long: the style sheet goes by these
    filters = st.container(key="filters", horizontal=True, gap="xsmall")
    pager = st.container(key="pages", horizontal=True, vertical_alignment="center")
with knobs:
    seen = pick_snapshot(run_bar())
    classes = seen.classes
    options = {name: CLASSES[name] for name in (ANY, *classes)}
    put(**{name: ANY for name in ("label", "predicted") if at(name) not in options})
    with st.container(key="rights"):  # while the network is asked, that is said here
        answers = seen.predictions
        st.markdown(
            say(
                "**{share}** of {images:,} test images are right, **{wrong:,}** wrong.",
                share=percent(answers.right.mean(), 2),
                images=len(answers.labels),
                wrong=int((~answers.right).sum()),
            )
        )
    confusion_matrix(
        predictions.confusion(answers),
        classes,
        key=MATRIX,
        chosen=chosen_pair(classes),
        on_press=gesture(lambda: press(classes)),
    )

label, predicted = (class_number(at(name), classes) for name in ("label", "predicted"))
found = predictions.chosen(answers, at("show"), label, predicted, at("sort"))
pages = max(1, -(-len(found) // TILES))
if at("page") > pages:
    put(page=pages)
shown = [int(index) for index in found[(at("page") - 1) * TILES : at("page") * TILES]]

with figure:
    if shown:
        sheet = thumbnails(seen.data, shown, list(map(str, shown)))
        follow(sheet, [tile(answers, index, classes, index) for index in shown], seen, key="gallery")
    else:
        st.info(say("No test image is of this kind. Choose other classes, or show all."), icon=":material/search:")

with filters:
    buttons(say("Show"), "show")
    choice(say("Sort"), "sort")
    choice(say("True class"), "label", options)
    choice(say("Predicted class"), "predicted", options)
with pager:
    st.caption(say_count(*ORDERS[at("sort")], len(found)), width="stretch")
    st.pagination(pages, max_visible_pages=5, **bound("page", default=at("page")))
end_page()
