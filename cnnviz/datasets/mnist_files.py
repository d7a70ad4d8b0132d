"""The four files of MNIST: their checksums, and the folder in which they are."""

from __future__ import annotations

import functools
import hashlib
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cnnviz.configuration import Configuration
from cnnviz.datasets.mnist_search import Place, search, suspects
from cnnviz.datasets.records import DataUnavailable
from cnnviz.language import Sentence, all_of, mark, sentence

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
NAMES = {digest: name for name, digest in SHA256.items()}
MISSING = mark("MNIST is not on this computer yet; download it, or set CNNVIZ_DATA to a folder that holds its files.")
DAMAGED = mark("{file} is damaged, or of another data set (its SHA-256 is not that of MNIST); download MNIST again.")


def folders() -> list[Path]:
    """Folders searched for the files: the one that the user named, then our own."""
    configuration = Configuration.from_environment()
    return [configuration.data, own()] if configuration.data else [own()]


def own() -> Path:
    """The folder that a download goes to."""
    return Configuration.from_environment().home / "datasets"


def raw(folder: Path) -> Path:
    """torchvision's place for the four files."""
    return folder / "MNIST" / "raw"


def locate() -> Path:
    """The first folder with all four files intact in torchvision's place.

    Files that lie otherwise below the folders searched, under whatever name and packed however, are recognised by their
    content and unpacked into our own folder.

    Raises:
        DataUnavailable: not all are there; the sentence names those that are damaged, or else where the others lie.
    """
    problems = []
    for folder in _roots():
        try:
            verify(folder)
        except DataUnavailable as problem:
            problems.append(problem.sentence)
        else:
            return folder
    found = {name: place for folder in reversed(folders()) for name, place in searched(folder).items()}
    if len(found) < len(SHA256):
        damaged = next((problem for problem in problems if problem.template != MISSING), None)
        raise DataUnavailable(damaged or _what_is_there(found))
    return unpacked(found)


def verify(folder: Path) -> None:
    """Raise DataUnavailable unless all four files are there with their published checksums."""
    for name in SHA256:
        path = raw(folder) / name
        try:
            status = path.stat()
        except OSError as error:
            raise DataUnavailable(MISSING) from error
        if not stat.S_ISREG(status.st_mode):  # a folder of this name may hold it; a pipe would never end
            raise DataUnavailable(MISSING)
        verify_file(path, status.st_size, status.st_mtime_ns)


@functools.lru_cache(maxsize=64)
def verify_file(path: Path, size: int, modified: int) -> None:
    """Raise DataUnavailable unless the file has the published SHA-256."""
    del size, modified  # keys of the cache: a file that was replaced is verified again
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataUnavailable("{file} cannot be read ({reason}).", file=str(path), reason=error.strerror) from error
    if digest != SHA256[path.name]:
        raise DataUnavailable(DAMAGED, file=path.name)


def searched(folder: Path) -> Mapping[str, Place]:
    """Where the files lie below a folder, by their names."""
    return {NAMES[digest]: place for digest, place in search(folder, NAMES).items()}


def unpacked(found: Mapping[str, Place]) -> Path:
    """Our own folder, with the files that were found elsewhere."""
    try:
        own().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=own(), prefix=".unpack-") as folder:
            for name, place in found.items():
                (Path(folder) / name).write_bytes(place.content())
            keep(Path(folder))
        verify(own())
    except OSError as error:
        raise DataUnavailable(
            "The files of MNIST are here, but cannot be unpacked into {folder} ({reason}).",
            folder=str(own()),
            reason=error.strerror or str(error),
        ) from error
    return own()


def keep(folder: Path) -> None:
    """Move the four files from a folder into our own, in the place of what has their names."""
    raw(own()).mkdir(parents=True, exist_ok=True)
    for name in SHA256:
        target = raw(own()) / name
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        (folder / name).replace(target)


def _roots() -> list[Path]:
    """Folders that may hold MNIST/raw: those searched, and the ones around MNIST or MNIST/raw when these are named."""
    roots = []
    for folder in folders():
        around = {"MNIST": folder.parent, "raw": folder.parent.parent}.get(folder.name)
        roots += [folder] if around is None else [folder, around]
    return roots


def _what_is_there(found: Mapping[str, Place]) -> Sentence:
    """Where some of the files lie, and which are missing or are not what their names say."""
    false = [path for folder in folders() for path in suspects(folder)]
    if not found:
        return sentence(DAMAGED, file=str(false[0])) if false else sentence(MISSING)
    return sentence(
        "Of the four files of MNIST {here}; missing: {missing}. Download MNIST, or put them there.",
        here=all_of(sentence("{name} lies in {place}", name=name, place=str(place)) for name, place in found.items()),
        missing=all_of(name for name in SHA256 if name not in found),
    )
