"""Maps: t-SNE of the features of one snapshot of a training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from cnnviz.embedding.records import MapQuality
from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.language import say
from cnnviz.refusal import Refusal
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_store
from cnnviz.runs.store.store import Store
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.journal import Journal


@dataclass(frozen=True)
class EmbeddingJob(Job):
    """Place the last-layer features of test images in two dimensions."""

    kind = "embedding"
    heavy = False
    run: str  # id of the training
    step: int  # of the snapshot
    settings: EmbeddingSettings

    @property
    def name(self) -> str:
        """Which training at which step."""
        return say("Map of {run} after step {step}", run=self.run, step=self.step)

    @staticmethod
    def result(run: Run) -> MapQuality | None:
        """How far to trust the map that a run has made; None while it has not."""
        return MapQuality.from_dict(run.result) if run.result else None

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return {"run": self.run, "step": self.step, **asdict(self.settings)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job of a stored run."""
        settings = {name: value for name, value in values.items() if name not in ("run", "step")}
        return cls(values["run"], values["step"], EmbeddingSettings(**settings))

    def check(self) -> None:
        """Refuse a training that was deleted."""
        self._training(current_store())

    def _training(self, store: Store) -> Run:
        training = store.runs.get(self.run)
        if training is None:
            raise Refusal("The run whose features were to be placed is gone; choose another.")
        return training

    def work(self, journal: Journal) -> None:
        """Write each moment of the map, and how far to trust the last one."""
        from cnnviz.embedding import tsne
        from cnnviz.embedding.quality import quality
        from cnnviz.inspection import features

        training = self._training(journal.store)
        weights = journal.artifacts.load_weights(training.id, self.step)
        points, labels = features.of_test_images(training.training_settings, weights, self.settings.images)
        journal.flush(steps=self.settings.exaggerated + self.settings.iterations)
        for frame in tsne.embed(points, self.settings):
            journal.flush(frames=[frame], step=frame.iteration)
        kept = quality(points, frame.positions, labels, kl_divergence=frame.kl_divergence)
        journal.finish("finished", result=asdict(kept))
