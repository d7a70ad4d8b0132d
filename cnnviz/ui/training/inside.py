"""Inside a network at a step of its training: layers, kernels, predictions, map."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.embedding import live_map
from cnnviz.figures.predictions import confusion_matrix
from cnnviz.figures.training import dead_shares, gradient_norms
from cnnviz.inspection import features, predictions
from cnnviz.language import mark, say
from cnnviz.networks import weights
from cnnviz.runs.reader import history_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.training.loop import STATISTICS_IMAGES
from cnnviz.ui.components.gallery import gallery
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.embedding.cache import predictions_on_map
from cnnviz.ui.embedding.live_map import live_map_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import buttons
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.frame.thumbnails import thumbnails
from cnnviz.ui.frame.time_machine import move
from cnnviz.ui.network.kernels import kernel_maps
from cnnviz.ui.predictions.tiles import tile

SAMPLE = 12  # images


def draw(run: Run) -> None:
    """The slider over the snapshots, and one look inside at the step where it stands."""
    steps = current_store().records.snapshots(run.id)
    if not steps:
        return
    st.subheader(say("Inside"), anchor=False)
    seen = move(run, steps)
    buttons(say("Look at"), "inside")
    LOOKS[at("inside")](seen)


def _layers(seen: Seen) -> None:
    run = seen.run
    statistics = history_of(run).statistics
    if not statistics:
        st.info(say("This run told nothing of its layers."), icon="🔎")
        return
    left, right = st.columns(2)
    with left:
        names = ", ".join(statistics[-1].gradient_norms)
        alt = say("Norm of the gradient of {layers}.", layers=names)
        plotly_view(gradient_norms(statistics, of=run.id), key="gradients", alt=alt)
    with right:
        plotly_view(dead_shares(statistics, of=run.id), key="dead", alt=_dead_units(statistics[-1].dead))
    st.caption(
        say(
            "A layer whose gradient is near zero learns nothing; "
            "a dead unit answers 0 to every one of {images} images.",
            images=STATISTICS_IMAGES,
        )
    )


def _dead_units(shares: Mapping[str, float]) -> str:
    if not shares:
        return say("Dead units: no ReLU.")
    named = [say("{share:.0%} of {layer}", share=share, layer=name) for name, share in shares.items()]
    return say("Dead units: {layers}.", layers=", ".join(named))


def _kernels(seen: Seen) -> None:
    kernels = weights.first_kernels(seen.network)
    if kernels is None:
        st.info(say("This network has no convolution, so it has no kernels."), icon="🔎")
        return
    kernel_maps(kernels, seen.step)


def _predictions(seen: Seen) -> None:
    answers, classes = predictions_on_map(seen, live_map.IMAGES), seen.classes
    left, right = st.columns(2)
    with left:
        plotly_view(
            confusion_matrix(predictions.confusion(answers), classes),
            key="live_confusion",
            height=420,
            alt=say(
                "Confusion matrix of {images} test images; {wrong} are wrong.",
                images=len(answers.labels),
                wrong=int((~answers.right).sum()),
            ),
        )
    with right:
        shown = features.chosen_test_images(seen.settings.dataset, live_map.IMAGES)[:SAMPLE]
        sheet = thumbnails(seen.data, shown, list(map(str, shown)))
        gallery(sheet, [tile(answers, k, classes, int(shown[k])) for k in range(SAMPLE)], key="live_gallery")
    st.caption(
        say(
            "After step {step:,}: {accuracy:.1%} of {images} test images are right.",
            step=seen.step,
            accuracy=answers.right.mean(),
            images=len(answers.labels),
        )
    )


LOOK_LABELS: Mapping[str, str] = {
    "kernels": mark("Kernels"),
    "layers": mark("Layers"),
    "predictions": mark("Predictions"),
    "map": mark("Map"),
}
LOOKS: Mapping[str, Callable[[Seen], None]] = {
    "kernels": _kernels,
    "layers": _layers,
    "predictions": _predictions,
    "map": live_map_view,
}
