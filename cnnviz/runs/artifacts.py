"""Weights on disk or in an object store: safetensors, written whole or not at all."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping

import fsspec
import numpy as np
from fsspec.implementations.local import LocalFileSystem
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.records import Array
from cnnviz.settings import Refusal


class Artifacts:
    """Files below one fsspec address, a folder for each run."""

    def __init__(self, url: str) -> None:
        self.files, self.root = fsspec.core.url_to_fs(url)

    def path(self, run_id: str, step: int) -> str:
        """Where the weights of a run at a step are."""
        return posixpath.join(self.root, run_id, f"{step:07d}.safetensors")

    def save_weights(self, run_id: str, step: int, weights: Mapping[str, Array]) -> None:
        """Write the weights under a temporary name, make them durable, then give them their name."""
        path = self.path(run_id, step)
        self.files.makedirs(posixpath.dirname(path), exist_ok=True)
        temporary = f"{path}.{os.getpid()}.tmp"
        with self.files.open(temporary, "wb") as file:
            file.write(save({name: np.asarray(array, order="C") for name, array in weights.items()}))
            file.flush()
            if isinstance(self.files, LocalFileSystem):
                os.fsync(file.fileno())
        self.files.mv(temporary, path)

    def load_weights(self, run_id: str, step: int) -> dict[str, Array]:
        """The weights of a run at a step.

        Raises:
            Refusal: they are missing or damaged.
        """
        try:
            weights: dict[str, Array] = load(self.files.cat_file(self.path(run_id, step)))
        except (OSError, SafetensorError) as error:
            raise Refusal(
                f"The weights of run {run_id} at step {step} are missing or damaged; "
                "choose another step, or train again."
            ) from error
        return weights
