"""The run store: what happened, and the artifacts beside it."""

from __future__ import annotations

import functools

import sqlalchemy as sa

from cnnviz.configuration import Configuration
from cnnviz.runs.store.artifacts import Artifacts
from cnnviz.runs.store.places import store_address
from cnnviz.runs.store.store import Store


@functools.cache
def open_store(address: str | sa.URL) -> Store:
    """The store at this address, one per process."""
    return Store(address)


def current_store() -> Store:
    """The store that the environment names."""
    return open_store(store_address(Configuration.from_environment()))


def current_artifacts() -> Artifacts:
    """The artifacts where the environment says."""
    configuration = Configuration.from_environment()
    return Artifacts(configuration.artifacts or configuration.home / "artifacts")
