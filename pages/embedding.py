"""Embedding: the features of the last layer as a map of the test images."""

import streamlit as st

from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection import features
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.embedding.cache import finished_map, images_on_map, map_figure
from cnnviz.ui.embedding.live_map import live_map_view
from cnnviz.ui.embedding.table import CONTROLS, IMAGES, PERPLEXITIES
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import steps
from cnnviz.ui.frame.header import open_page
from cnnviz.ui.frame.run_bar import run_bar, watch
from cnnviz.ui.frame.time_machine import pick_step

open_page(
    "Embedding",
    "The last layer describes each image by hundreds of numbers, its features. "
    "t-SNE draws a map on which images with similar features lie side by side.",
    CONTROLS,
)
run = run_bar()
step, dataset = pick_step(run), run.training_settings.dataset
columns = st.columns(2)
with columns[0]:
    steps("Test images", "images", IMAGES)
with columns[1]:
    neighbours = "About how many neighbours each image tries to keep near."
    steps("Perplexity", "perplexity", PERPLEXITIES, help=neighbours)
images, perplexity = at("images"), at("perplexity")
chosen = features.chosen_test_images(dataset, images)
settings = {"run": run.id, "step": step, **vars(EmbeddingSettings(images=len(chosen), perplexity=float(perplexity)))}


def compute() -> None:
    """Start the t-SNE of these settings."""
    current_jobs().submit("embedding", f"Map of {run.name}", settings)


def draw(made: Run) -> None:
    """The map as far as it is, and how far to trust it."""
    if made.message:
        st.warning(made.message, icon="🔧")
    if made.active:
        st.progress(made.step / max(made.steps, 1), text=f"Iteration {made.step} of {made.steps or '…'}")
        newest = current_store().newest_frame(made.id)
        figure, played = newest and map_figure(made.id, newest, run.id, step, images), None
    else:
        figure, played = finished_map(made.id, run.id, step, images)
    if figure is None:
        return
    plotly_view(
        figure,
        key="map",
        height=560,
        alt=f"t-SNE map of {len(chosen)} test images, coloured by their true class.",
        images=images_on_map(run.id, step, images),
        frames=played,
    )
    st.caption(f"Each dot is a test image, a cross one that the network gets wrong. Seed {made.settings['seed']}.")
    if made.result:
        trust(made)


def trust(made: Run) -> None:
    """What the map keeps of the features."""
    kept = made.result
    cells = st.columns(4)
    cells[0].metric("10-NN accuracy on the map", f"{kept['accuracy_map']:.1%}")
    cells[1].metric("10-NN accuracy by features", f"{kept['accuracy_features']:.1%}")
    cells[2].metric("Neighbours kept", f"{kept['neighbours_kept']:.0%}")
    cells[3].metric("Trustworthiness", f"{kept['trustworthiness']:.3f}")
    st.caption(
        "Neighbours mean something on this map; the sizes of clusters and the distances between them mean little."
    )


made = current_store().find("embedding", settings)
if made is None:
    st.button("Draw the map", type="primary", on_click=compute, key="compute")
    st.caption(f"t-SNE of {len(chosen):,} test images takes some seconds. Until then, the map of the training itself:")
    live_map_view(run, step)
else:
    watch(made, draw)
