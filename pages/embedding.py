"""Embedding: the features of the last layer as a map of the test images."""

import streamlit as st

from cnnviz.embedding.records import MapQuality
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection import features
from cnnviz.language import say, say_count
from cnnviz.numbers import percent
from cnnviz.runs import actions
from cnnviz.runs.reader import newest_run
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.work.embedding import EmbeddingJob
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.embedding.cache import finished_map, images_on_map, map_figure
from cnnviz.ui.embedding.live_map import live_map_view
from cnnviz.ui.embedding.table import CONTROLS, IMAGES, PERPLEXITIES
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import steps
from cnnviz.ui.frame.ends import result_of
from cnnviz.ui.frame.header import end_page, open_page
from cnnviz.ui.frame.refusals import gesture
from cnnviz.ui.frame.run_bar import run_bar, watch
from cnnviz.ui.frame.time_machine import pick_snapshot

open_page(
    say("Embedding"),
    say(
        "The features of an image are the numbers that enter the last layer. "
        "t-SNE draws a map that tries to keep images with similar features side by side."
    ),
    CONTROLS,
)
seen = pick_snapshot(run_bar())
columns = st.columns(2)
with columns[0]:
    steps(say("Test images"), "images", IMAGES)
with columns[1]:
    neighbours = say("About how many neighbours each image tries to keep near.")
    steps(say("Perplexity"), "perplexity", PERPLEXITIES, help=neighbours)
images, perplexity = at("images"), at("perplexity")
chosen = features.chosen_test_images(seen.settings.dataset, images)
settings = EmbeddingSettings(images=len(chosen), perplexity=float(perplexity))
job = EmbeddingJob(seen.run.id, seen.step, settings)


def compute() -> None:
    """Start the t-SNE of these settings."""
    actions.start(job)


def draw(made: Run) -> None:
    """The map as far as it is, and how far to trust it."""
    if made.active:
        how_far = say("Iteration {step} of {steps}", step=made.step, steps=made.steps or "…")
        st.progress(made.step / max(made.steps, 1), text=how_far)
        newest = current_store().records.newest_frame(made.id)
        figure, played = newest and map_figure(made.id, newest, seen, images), None
    else:
        figure, played = finished_map(made.id, seen, images)
    if figure is None:
        return
    plotly_view(
        figure,
        key="map",
        file=seen.file_name,
        height=560,
        alt=say_count(
            "t-SNE map of {count} test image, coloured by its true class.",
            "t-SNE map of {count} test images, coloured by their true class.",
            len(chosen),
        ),
        images=images_on_map(seen, images),
        frames=played,
    )
    st.caption(
        say("Each dot is a test image, a cross one that the network gets wrong. Seed {seed}.", seed=settings.seed)
    )
    quality = EmbeddingJob.result(made)
    if quality is not None:
        trust(quality)


def trust(quality: MapQuality) -> None:
    """What the map keeps of the features."""
    cells = st.columns(4)
    of = {"delta": say("of {images:,} test images", images=len(chosen)), "delta_color": "off", "delta_arrow": "off"}
    cells[0].metric(say("10-NN accuracy on the map"), percent(quality.accuracy_map), **of)
    cells[1].metric(say("10-NN accuracy by features"), percent(quality.accuracy_features), **of)
    cells[2].metric(say("Neighbours kept"), percent(quality.neighbours_kept, 0))
    cells[3].metric(say("Trustworthiness"), f"{quality.trustworthiness:.3f}")
    st.caption(
        say("Neighbours mean something on this map; the sizes of clusters and the distances between them mean little.")
    )


label = say("Draw the map")
made = result_of(newest_run(job), label)
if made is None:
    st.button(label, type="primary", on_click=gesture(compute), key="compute")
    st.caption(
        say_count(
            "t-SNE of {count:,} test image takes some seconds. Until then, the map of the training itself:",
            "t-SNE of {count:,} test images takes some seconds. Until then, the map of the training itself:",
            len(chosen),
        )
    )
    live_map_view(seen)
else:
    watch(made, draw)
end_page()
