"""Download of MNIST through torchvision, verified before it takes its place."""

from __future__ import annotations

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

from cnnviz.configuration import Configuration
from cnnviz.datasets.mnist_files import SHA256, raw, verify
from cnnviz.datasets.records import DataUnavailable
from cnnviz.language import all_of

DOWNLOAD_BYTES = 11_594_722  # the four files, compressed
TIMEOUT = 20.0  # seconds without a byte before a mirror is given up

Progress = Callable[[int, int], None]


def fetch(progress: Progress) -> None:
    """Download MNIST into our own folder; files are moved there only after they are verified.

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
    """Download with torchvision from the first mirror that answers, without its MD5: `verify` has SHA-256."""
    import torchvision  # two seconds to import, and only a download needs it

    attributes = {"mirrors": list(mirrors), "resources": [(f"{name}.gz", None) for name in SHA256]}
    kind: Any = type("MNIST", (torchvision.datasets.MNIST,), attributes)
    downloader = kind.__new__(kind)  # its constructor would also read the files, before they are verified
    downloader.root = str(folder)
    raw(folder).mkdir(parents=True)
    try:
        with timeout(TIMEOUT), reported(raw(folder), progress):
            downloader.download()
    except (RuntimeError, ValueError, OSError, EOFError, zlib.error) as error:
        raise DataUnavailable(
            "MNIST could not be downloaded from {hosts} ({reason}). "
            "Check the connection and try again; the digits that come with the dashboard work meanwhile.",
            hosts=all_of(mirror.split("/")[2] for mirror in mirrors),
            reason=reason(error),
        ) from error


def reason(error: Exception) -> str:
    """Last line of an error message, at most 120 characters."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1][:120]


@contextmanager
def timeout(seconds: float) -> Iterator[None]:
    """Socket timeout of everything within: torchvision sets none of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


@contextmanager
def reported(folder: Path, progress: Progress) -> Iterator[None]:
    """Report the compressed bytes in the folder four times a second: torchvision has no progress to ask for."""
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
