"""The work of an embedding run."""

from __future__ import annotations

from dataclasses import asdict

from cnnviz.embedding import tsne
from cnnviz.embedding.quality import quality
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.inspection import features
from cnnviz.refusal import Refusal
from cnnviz.runs.records import Run
from cnnviz.runs.work.journal import Journal


def work_embedding(run: Run, journal: Journal) -> None:
    """Place the last-layer features of one snapshot of a training in two dimensions."""
    parent = journal.store.runs.get(run.settings["run"])
    if parent is None:
        raise Refusal("The run whose features were to be placed is gone; choose another.")
    values = {name: value for name, value in run.settings.items() if name not in ("run", "step")}
    settings = EmbeddingSettings(**values)
    weights = journal.artifacts.load_weights(parent.id, run.settings["step"])
    points, labels = features.of_test_images(parent.training_settings, weights, settings.images)
    journal.flush(steps=settings.exaggerated + settings.iterations)
    for frame in tsne.embed(points, settings):
        journal.flush(frames=[frame], step=frame.iteration)
    kept = quality(points, frame.positions, labels, kl_divergence=frame.kl_divergence)
    journal.finish("finished", result=asdict(kept))
