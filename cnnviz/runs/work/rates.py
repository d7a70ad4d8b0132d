"""The work of the learning rate finder."""

from __future__ import annotations

from dataclasses import asdict

import torch

from cnnviz import datasets
from cnnviz.runs.records import Run
from cnnviz.runs.work.journal import Journal
from cnnviz.training import rate_finder
from cnnviz.training.devices import threads
from cnnviz.training.loop import Training


def work_rates(run: Run, journal: Journal) -> None:
    """Try learning rates."""
    settings = run.training_settings
    torch.set_num_threads(settings.threads or threads())
    journal.flush(steps=rate_finder.STEPS)
    trials = []
    for trial in rate_finder.try_rates(Training(settings, datasets.load(settings.dataset))):
        trials.append(trial)
        journal.tell(step=len(trials))
    journal.finish("finished", result=asdict(rate_finder.summary(trials)))
