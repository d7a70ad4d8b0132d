"""Inside a network at a step of its training: layers, kernels, predictions, map."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from cnnviz.embedding.settings import LIVE
from cnnviz.figures.predictions import confusion_matrix
from cnnviz.figures.training import dead_shares, gradient_norms
from cnnviz.inspection import features, predictions
from cnnviz.language import joined, mark, say, say_count, sentence
from cnnviz.numbers import percent
from cnnviz.runs.reader import history_of
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.training.records import STATISTICS_IMAGES, LayerStatistics
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.embedding.cache import predictions_on_map
from cnnviz.ui.embedding.live_map import live_map_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import buttons
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.frame.thumbnails import thumbnails
from cnnviz.ui.frame.time_machine import move, none_yet
from cnnviz.ui.network.kernels import kernel_maps
from cnnviz.ui.predictions.following import follow
from cnnviz.ui.predictions.tiles import tile

SAMPLE = 12  # images


def draw(run: Run) -> None:
    """The slider over the snapshots, and one look inside at the step where it stands, each in a place of its own."""
    steps = current_store().records.snapshots(run.id)
    with st.container(key="look"):
        seen = move(run, steps) if steps else None
        buttons(say("Look at"), "inside")
        with st.container(key="look_box"):
            if seen is None:
                st.caption(none_yet(run))
            else:
                LOOKS[at("inside")](seen)


def _layers(seen: Seen) -> None:
    run = seen.run
    statistics = history_of(run).statistics
    if not statistics:
        st.info(say("This run told nothing of its layers."), icon=":material/search:")
        return
    file = run.file_name(statistics[-1].step)
    names = ", ".join(statistics[-1].gradient_norms)
    alt = say("Norm of the gradient of {names}.", names=names)
    plotly_view(gradient_norms(statistics, of=run.id), key="gradients", alt=alt, file=file)
    plotly_view(dead_shares(statistics, of=run.id), key="dead", alt=_dead_in_words(statistics[-1]), file=file)
    st.caption(
        say(
            "Weights without a gradient learn nothing; a dead unit answers 0 to each of {images} test images.",
            images=STATISTICS_IMAGES,
        )
    )


def _dead_in_words(last: LayerStatistics) -> str:
    if not last.dead:
        return say("Dead units: no ReLU.")
    shares = [sentence("{share} of {name}", share=percent(share, 0), name=name) for name, share in last.dead.items()]
    return say("Dead units: {shares}.", shares=joined(shares, mark("{first}, {second}")))


def _kernels(seen: Seen) -> None:
    kernels = seen.first_kernels
    if kernels is None:
        st.info(say("This network has no convolution, so it has no kernels."), icon=":material/search:")
        return
    kernel_maps(kernels, seen.step)
    st.caption(say("Blue weights are above 0, red ones below."))


def _predictions(seen: Seen) -> None:
    answers, classes = predictions_on_map(seen, LIVE.images), seen.classes
    count = len(answers.labels)
    wrong = int((~answers.right).sum())
    st.caption(
        say_count(
            "After step {step:,}: {share} of {count} test image is right.",
            "After step {step:,}: {share} of {count} test images are right.",
            count,
            step=seen.step,
            share=percent(answers.right.mean()),
        )
    )
    plotly_view(
        confusion_matrix(predictions.confusion(answers), classes),
        key="live_confusion",
        file=seen.file_name,
        alt=say_count(
            "Confusion matrix of {images} test images; {count} is wrong.",
            "Confusion matrix of {images} test images; {count} are wrong.",
            wrong,
            images=count,
        ),
    )
    shown = features.chosen_test_images(seen.settings.dataset, LIVE.images)[:SAMPLE]
    sheet = thumbnails(seen.data, shown, list(map(str, shown)))
    tiles = [tile(answers, k, classes, int(shown[k])) for k in range(SAMPLE)]
    follow(sheet, tiles, seen, key="live_gallery")


LOOKS: Mapping[str, Callable[[Seen], None]] = {
    "kernels": _kernels,
    "layers": _layers,
    "predictions": _predictions,
    "map": live_map_view,
}
LABELS: Mapping[str, str] = {
    "kernels": mark("Kernels"),
    "layers": mark("Layers"),
    "predictions": mark("Predictions"),
    "map": mark("Map"),
}
