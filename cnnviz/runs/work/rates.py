"""The learning rate finder: a short training whose rate grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from cnnviz.language import say
from cnnviz.runs.records import Run
from cnnviz.runs.work.job import Job
from cnnviz.runs.work.journal import Journal
from cnnviz.runs.work.training import TrainingJob
from cnnviz.settings import TrainingSettings
from cnnviz.training.rate_range import summary
from cnnviz.training.records import RatesTried, RateTrial

IRRELEVANT = {"learning_rate": 1e-3, "epochs": 1, "schedule": "constant"}  # the finder has its own rates and end


@dataclass(frozen=True)
class RatesJob(Job):
    """Try learning rates; trainings that differ only in what the finder replaces share its result."""

    kind = "rates"
    heavy = True
    settings: TrainingSettings

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", self.settings.but(**IRRELEVANT))

    @property
    def name(self) -> str:
        """The same for all."""
        return say("Learning rates")

    @staticmethod
    def result(run: Run) -> RatesTried | None:
        """What a run has found; None while it has not."""
        if not run.result:
            return None
        pairs = zip(run.result["rates"], run.result["losses"], strict=True)
        return summary([RateTrial(rate, loss) for rate, loss in pairs])

    def to_dict(self) -> dict[str, Any]:
        """Names and values, ready for JSON."""
        return self.settings.to_dict()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The job of a stored run."""
        return cls(TrainingSettings.from_dict(values))

    def check(self) -> None:
        """Refuse settings that do not suit their data set."""
        TrainingJob(self.settings).check()

    def work(self, journal: Journal) -> None:
        """Count the rates that were tried, and write what all of them say."""
        import torch

        from cnnviz import datasets
        from cnnviz.training import rate_finder
        from cnnviz.training.devices import threads
        from cnnviz.training.loop import Training

        torch.set_num_threads(self.settings.threads or threads())
        journal.flush(steps=rate_finder.STEPS)
        trials: list[RateTrial] = []
        for trial in rate_finder.try_rates(Training(self.settings, datasets.load(self.settings.dataset))):
            trials.append(trial)
            journal.report(len(trials))
        rates, losses = [trial.rate for trial in trials], [trial.loss for trial in trials]
        journal.finish("finished", result={"rates": rates, "losses": losses})
