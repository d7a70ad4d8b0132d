"""Embedding: the features of the last layer as a map of the test images."""

import streamlit as st

from cnnviz.embedding.settings import LIVE, EmbeddingSettings
from cnnviz.inspection import features
from cnnviz.language import say, say_count
from cnnviz.runs import actions
from cnnviz.runs.reader import newest_run
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.ui.embedding.cache import predictions_on_map
from cnnviz.ui.embedding.map_view import growing_map, map_until_then, map_view
from cnnviz.ui.embedding.selection import MOST, chosen_rows
from cnnviz.ui.embedding.table import CONTROLS, IMAGES, PERPLEXITIES
from cnnviz.ui.embedding.trust import trust
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import steps
from cnnviz.ui.frame.ends import result_of
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.run_bar import run_bar, watch
from cnnviz.ui.frame.thumbnails import thumbnails
from cnnviz.ui.frame.time_machine import pick_snapshot
from cnnviz.ui.frame.view import view
from cnnviz.ui.predictions.following import follow
from cnnviz.ui.predictions.tiles import small_tile

open_page(say("Embedding"), say("t-SNE lays images side by side that the last layer describes alike."), CONTROLS)
figure, knobs, below = view()
with below:  # before anything is drawn that takes long: the style sheet goes by it
    trusted, selected = st.container(key="trust"), st.container(key="selected")
with knobs:
    seen = pick_snapshot(run_bar())
    steps(say("Test images"), "images", IMAGES)
    steps(say("Perplexity"), "perplexity", PERPLEXITIES)
images, perplexity = at("images"), at("perplexity")
chosen = features.chosen_test_images(seen.settings.dataset, images)
settings = EmbeddingSettings(images=len(chosen), perplexity=float(perplexity))
job = EmbeddingJob(seen.run.id, seen.step, settings)


def compute() -> None:
    """Start the t-SNE of these settings."""
    actions.start(job)


def show_selection(of: str, count: int) -> None:
    """The images of the points that were chosen on a map of so many test images, the wrong ones first."""
    numbers = features.chosen_test_images(seen.settings.dataset, count)
    answers, rows = predictions_on_map(seen, count), chosen_rows(of, len(numbers))
    if not rows:
        st.caption(say("Draw a lasso round a group of dots, or click one, to see the images here."))
        return
    shown = sorted(rows, key=lambda row: (answers.right[row], row))[:MOST]
    found = [int(numbers[row]) for row in shown]
    wrong = sum(not answers.right[row] for row in rows)
    st.markdown(
        say_count(
            "**{count} image** chosen, {wrong} wrong",
            "**{count:,} images** chosen, {wrong} wrong",
            len(rows),
            wrong=wrong,
        )
    )
    sheet = thumbnails(seen.data, found, list(map(str, found)))
    tiles = [small_tile(answers, row, seen.classes, image) for row, image in zip(shown, found, strict=True)]
    follow(sheet, tiles, seen, key="selection")
    if len(rows) > MOST:
        st.caption(say_count("and {count:,} more", "and {count:,} more", len(rows) - MOST))


with knobs, st.container(key="draw"):
    label = say("Draw the map")
    made = result_of(newest_run(job), label)
    st.button(
        label, type="primary", on_click=gesture(compute), key="compute", disabled=made is not None, width="stretch"
    )
    if made is not None and not made.active:
        st.caption(say("This map is drawn; its seed is {seed}.", seed=settings.seed))

of, count = (made.id, images) if made else (seen.run.id, LIVE.images)
with figure:
    if made is None:
        map_until_then(seen, of)
    elif made.active:
        watch(made, lambda run: growing_map(run, seen, images))
    else:
        map_view(made, seen, images)
with trusted:
    st.header(say("How far to trust it"), anchor=False)
    quality = EmbeddingJob.result(made) if made else None
    if quality is not None:
        trust(quality, len(chosen))
    else:
        st.caption(say("The numbers come with the map."))
if made is None or not made.active:
    with selected:
        show_selection(of, count)
end_page()
