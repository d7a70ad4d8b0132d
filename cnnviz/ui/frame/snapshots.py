"""The snapshot that all pages look at, and what is computed of it: shared by all visitors, changed by none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.datasets.records import ImageData
from cnnviz.inspection.records import Predictions
from cnnviz.language import say
from cnnviz.runs.records import Run
from cnnviz.runs.store import current_artifacts
from cnnviz.settings import TrainingSettings

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, eq=False)
class Seen:
    """A training at one step of it."""

    run: Run
    step: int  # of a snapshot

    @property
    def settings(self) -> TrainingSettings:
        """The settings of the training."""
        return self.run.training_settings

    @property
    def file_name(self) -> str:
        """What a file of it is called, but for its ending."""
        return self.run.file_name(self.step)

    @property
    def data(self) -> ImageData:
        """The data set that it was trained on."""
        return datasets.load(self.settings.dataset)

    @property
    def classes(self) -> Sequence[str]:
        """The names of the classes, by their numbers."""
        return datasets.DATASETS[self.settings.dataset].classes

    @property
    def weights(self) -> Mapping[str, Array]:
        """The weights after the step; Refusal when they are gone."""
        return _weights(self)

    @property
    def network(self) -> nn.Sequential:
        """The network after the step, which nobody trains on."""
        return _network(self)

    @property
    def first_kernels(self) -> Array | None:
        """The kernels of its first convolution, (C_out, C_in, k_h, k_w); None in a network without one."""
        from cnnviz.networks.weights import first_kernels  # imports torch, which takes longer than a page to draw

        return first_kernels(self.network)

    @property
    def predictions(self) -> Predictions:
        """What the network says of all test images."""
        return _predictions(self)


BY_SNAPSHOT: dict[Any, Any] = {Seen: lambda seen: (seen.run.id, seen.run.attempt, seen.step)}
"""For Streamlit's caches, what two equal ones have in common: a run that resumes may come to a step once more."""


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def _weights(seen: Seen) -> dict[str, Array]:
    return current_artifacts().load_weights(seen.run.id, seen.step)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_SNAPSHOT)
def _network(seen: Seen) -> nn.Sequential:
    from cnnviz.networks import weights  # as above

    return weights.load_network(seen.settings, seen.weights)


@st.cache_resource(
    max_entries=64, show_spinner=say("Asking the network about every test image …"), hash_funcs=BY_SNAPSHOT
)
def _predictions(seen: Seen) -> Predictions:
    from cnnviz.inspection import predictions  # as above

    return predictions.predict(seen.network, seen.settings)
