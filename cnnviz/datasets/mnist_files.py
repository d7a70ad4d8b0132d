"""The four files of MNIST: the folders searched for them, and their checksums."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from cnnviz.configuration import Configuration
from cnnviz.datasets.records import DataUnavailable
from cnnviz.language import mark

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MISSING = mark("MNIST is not on this computer yet; download it, or set CNNVIZ_DATA to a folder that holds MNIST/raw.")


def folders() -> list[Path]:
    """Folders searched for the files: the one that the user named, then our own."""
    configuration = Configuration.from_environment()
    own = configuration.home / "datasets"
    return [configuration.data, own] if configuration.data else [own]


def raw(folder: Path) -> Path:
    """torchvision's place for the four files."""
    return folder / "MNIST" / "raw"


def verify(folder: Path) -> None:
    """Raise DataUnavailable unless all four files are there with their published checksums."""
    for name in SHA256:
        path = raw(folder) / name
        try:
            status = path.stat()
        except OSError as error:
            raise DataUnavailable(MISSING) from error
        verify_file(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def verify_file(path: Path, size: int, modified: int) -> None:
    """Raise DataUnavailable unless the file has the published SHA-256."""
    del size, modified  # keys of the cache: a file that was replaced is verified again
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256[path.name]:
        raise DataUnavailable(
            "{file} is damaged (its SHA-256 is not that of MNIST); download MNIST again.", file=path.name
        )


def locate() -> Path:
    """The first folder with all four files intact; DataUnavailable prefers a damaged file to missing ones."""
    problems = []
    for folder in folders():
        try:
            verify(folder)
        except DataUnavailable as problem:
            problems.append(problem.sentence)
        else:
            return folder
    raise DataUnavailable(next((problem for problem in problems if problem.template != MISSING), MISSING))
