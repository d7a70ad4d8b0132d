"""MNIST: 60,000 training and 10,000 test images of handwritten digits, 28x28 pixels.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import socket
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from cnnviz.configuration import Configuration
from cnnviz.records import Array, DatasetSpec, DataUnavailable, ImageData

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
DOWNLOAD_BYTES = 11_594_722  # the four files, compressed
PATIENCE = 20.0  # seconds without a byte before a mirror is given up
MISSING = "MNIST is not on this computer yet; download it, or set CNNVIZ_DATA to a folder that holds MNIST/raw."

Progress = Callable[[int, int], None]


def folders() -> list[Path]:
    """Where the files may be: the folder that the user named, then our own."""
    configuration = Configuration.from_environment()
    own = configuration.home / "datasets"
    return [configuration.data, own] if configuration.data else [own]


def raw(folder: Path) -> Path:
    """torchvision's place for the four files."""
    return folder / "MNIST" / "raw"


def verify(folder: Path) -> None:
    """Raise DataUnavailable unless the four files are there and are the original ones."""
    for name in SHA256:
        path = raw(folder) / name
        try:
            status = path.stat()
        except OSError as error:
            raise DataUnavailable(MISSING) from error
        verify_file(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def verify_file(path: Path, size: int, modified: int) -> None:
    """Raise DataUnavailable unless the file has the published SHA-256; size and time only tell versions apart."""
    del size, modified
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256[path.name]:
        raise DataUnavailable(f"{path.name} is damaged (its SHA-256 is not that of MNIST); download MNIST again.")


def locate() -> Path:
    """The first folder with all four files intact; DataUnavailable says what is wrong otherwise."""
    problems = []
    for folder in folders():
        try:
            verify(folder)
        except DataUnavailable as problem:
            problems.append(str(problem))
        else:
            return folder
    raise DataUnavailable(next((problem for problem in problems if problem != MISSING), MISSING))


def load() -> ImageData:
    """60,000 training and 10,000 test images."""
    return read(locate())


@functools.lru_cache(maxsize=1)
def read(folder: Path) -> ImageData:
    """The images below a verified folder, read once.

    The IDX format is a header of 16 bytes before images, of 8 before labels, and then one byte per pixel or label.
    """

    def images(name: str) -> Array:
        return np.fromfile(raw(folder) / name, np.uint8, offset=16).reshape(-1, 28, 28)

    def labels(name: str) -> Array:
        return np.fromfile(raw(folder) / name, np.uint8, offset=8).astype(np.int64)

    return ImageData(
        images("train-images-idx3-ubyte"),
        labels("train-labels-idx1-ubyte"),
        images("t10k-images-idx3-ubyte"),
        labels("t10k-labels-idx1-ubyte"),
    )


def fetch(progress: Progress) -> None:
    """Download MNIST into our own folder, verified before it takes its place.

    Raises:
        DataUnavailable: no mirror gave the files; the sentence names the cause.
    """
    configuration = Configuration.from_environment()
    own = configuration.home / "datasets"
    own.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=own, prefix=".fetch-") as folder:
        download(Path(folder), configuration.mirrors, progress)
        verify(Path(folder))
        raw(own).mkdir(parents=True, exist_ok=True)
        for name in SHA256:
            shutil.move(raw(Path(folder)) / name, raw(own) / name)


def download(folder: Path, mirrors: tuple[str, ...], progress: Progress) -> None:
    """Let torchvision download from the first mirror that answers; our own checksums replace its MD5."""
    import torchvision  # two seconds to import, and only a download needs it

    attributes = {"mirrors": list(mirrors), "resources": [(f"{name}.gz", None) for name in SHA256]}
    kind: Any = type("MNIST", (torchvision.datasets.MNIST,), attributes)
    downloader = kind.__new__(kind)  # its constructor would also read the files, before they are verified
    downloader.root = str(folder)
    raw(folder).mkdir(parents=True)
    try:
        with patience(PATIENCE), reported(raw(folder), progress):
            downloader.download()
    except (RuntimeError, ValueError, OSError, EOFError, zlib.error) as error:
        hosts = " and ".join(mirror.split("/")[2] for mirror in mirrors)
        raise DataUnavailable(
            f"MNIST could not be downloaded from {hosts} ({reason(error)}). "
            "Check the connection and try again; the digits that come with the dashboard work meanwhile."
        ) from error


def reason(error: Exception) -> str:
    """The last line of an error, short enough for a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1][:120]


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Give up on a connection that is silent for this long: torchvision sets no limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextmanager
def reported(folder: Path, progress: Progress) -> Iterator[None]:
    """Report the compressed bytes that have arrived in the folder, four times a second."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.25):
            progress(
                sum(entry.stat().st_size for entry in os.scandir(folder) if entry.name.endswith(".gz")),
                DOWNLOAD_BYTES,
            )

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
        progress(DOWNLOAD_BYTES, DOWNLOAD_BYTES)
    finally:
        done.set()
        watcher.join()


SPEC = DatasetSpec(
    label="MNIST",
    sentence="70,000 handwritten digits of 28x28 pixels, the data set of the tutorials.",
    load=load,
    fetch=fetch,
)
