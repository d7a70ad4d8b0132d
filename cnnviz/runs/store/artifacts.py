"""Weights on disk or in an object store: safetensors, written whole or not at all."""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import fsspec
import numpy as np
from fsspec.implementations.local import LocalFileSystem
from safetensors import SafetensorError
from safetensors.numpy import load, save

from cnnviz.arrays import Array
from cnnviz.language import mark
from cnnviz.refusal import Refusal


class Artifacts:
    """Files below one fsspec address, or in a folder of this computer; a folder for each run."""

    def __init__(self, place: str | Path) -> None:
        if isinstance(place, Path):  # whatever letters are in it
            self.files, self.root = LocalFileSystem(), str(place)
        else:
            self.files, self.root = fsspec.core.url_to_fs(place)

    def path(self, run_id: str, step: int) -> str:
        """Where the weights of a run at a step are."""
        return posixpath.join(self.root, run_id, f"{step:07d}.safetensors")

    def save_weights(self, run_id: str, step: int, weights: Mapping[str, Array]) -> None:
        """Keep the weights of a run at a step."""
        self._save(self.path(run_id, step), weights)

    def load_weights(self, run_id: str, step: int) -> dict[str, Array]:
        """The weights of a run at a step.

        Raises:
            Refusal: they are missing or damaged.
        """
        try:
            return self._load(self.path(run_id, step))
        except (OSError, SafetensorError) as error:
            raise Refusal(
                "The weights of run {run} at step {step} are missing or damaged; choose another step, or train again.",
                run=run_id,
                step=step,
            ) from error

    def save_state(self, run_id: str, state: Mapping[str, Array]) -> None:
        """Keep what a training needs to go on, in place of what was kept before."""
        self._save(self._state_path(run_id), state)

    def load_state(self, run_id: str) -> dict[str, Array] | None:
        """What a training needs to go on, or None when it kept nothing that can be read."""
        with suppress(OSError, SafetensorError):
            return self._load(self._state_path(run_id))
        return None

    def has_state(self, run_id: str) -> bool:
        """Whether a training can go on from where it ended."""
        return bool(self.files.exists(self._state_path(run_id)))

    def delete(self, run_id: str) -> None:
        """Delete all files of a run.

        Raises:
            Refusal: this computer does not let them go.
        """
        try:
            self.files.rm(posixpath.join(self.root, run_id), recursive=True)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise Refusal("The weights of this run stay on the disk ({cause}).", cause=_cause(error)) from error

    def _state_path(self, run_id: str) -> str:
        return posixpath.join(self.root, run_id, "state.safetensors")

    def _save(self, path: str, arrays: Mapping[str, Array]) -> None:
        """Write, or raise a Refusal with what this computer has against it."""
        try:
            self._write(path, arrays)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise Refusal("The disk is full; free some space and start again.") from error
            template = mark(
                "The weights cannot be kept ({cause}): make the folder of CNNVIZ_HOME writable, then resume."
            )
            raise Refusal(template, cause=_cause(error)) from error

    def _write(self, path: str, arrays: Mapping[str, Array]) -> None:
        """Write under a temporary name, make it durable, then give it its name."""
        self.files.makedirs(posixpath.dirname(path), exist_ok=True)
        temporary = f"{path}.{os.getpid()}.tmp"
        with self.files.open(temporary, "wb") as file:
            file.write(save({name: np.asarray(array, order="C") for name, array in arrays.items()}))
            file.flush()
            if isinstance(self.files, LocalFileSystem):
                os.fsync(file.fileno())
        self.files.mv(temporary, path)

    def _load(self, path: str) -> dict[str, Array]:
        arrays: dict[str, Array] = load(self.files.cat_file(path))
        return arrays


def _cause(error: OSError) -> str:
    """What this computer says, without numbers and names of files."""
    return error.strerror or type(error).__name__
