"""The run store: what happened, and the artifacts beside it."""

from __future__ import annotations

import functools

from cnnviz.configuration import Configuration
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.store import Store


@functools.cache
def open_store(url: str) -> Store:
    """The store at this address, one per process."""
    return Store(url)


def current_store() -> Store:
    """The store that the environment names."""
    return open_store(Configuration.from_environment().store)


def current_artifacts() -> Artifacts:
    """The artifacts where the environment says."""
    return Artifacts(Configuration.from_environment().artifacts)
