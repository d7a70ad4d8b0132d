"""Settings that several tutorials share."""

from __future__ import annotations

from cnnviz.settings import TrainingSettings

GENTLE = TrainingSettings(
    normalisation="mnist", optimiser="sgd", learning_rate=0.01, momentum=0.5, batch_size=64, epochs=10
)
