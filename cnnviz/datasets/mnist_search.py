"""Files recognised by their content: under any name, in folders and archives, compressed, or as arrays of NumPy."""

from __future__ import annotations

import bz2
import functools
import hashlib
import io
import lzma
import os
import re
import stat
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PIXELS = 28 * 28
COUNTS = (60_000, 10_000)
SIZES = frozenset(header + count * each for count in COUNTS for header, each in ((16, PIXELS), (8, 1)))
LARGEST = max(SIZES)
SMALLEST = 2_048  # bytes: 10,000 labels are not packed into fewer, and files of the system say that they have none
MOST_BYTES = 2 * LARGEST  # of a file that is read as a whole: perhaps a tar of all four
MOST_READ = 10 * LARGEST  # bytes of all files of a folder
FRESH = 2.0  # seconds
DEEPEST, MOST_FILES, MOST_MEMBERS = 5, 2_000, 200
NAMED = re.compile(r"(train|t10k|test)[-_. ]?(images|labels)", re.IGNORECASE)
UNREADABLE = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile,
              RuntimeError, NotImplementedError, KeyError)  # fmt: skip
"""What Python raises at files that are damaged, encrypted, or not what they seem."""


@dataclass(frozen=True)
class Place:
    """Where a file lies: in a folder, or in an archive."""

    path: Path
    member: str = ""

    def __str__(self) -> str:
        """The path, and the name in the archive."""
        return f"{self.path}: {self.member}" if self.member else str(self.path)

    def content(self) -> bytes:
        """The file itself, unpacked."""
        found = next((content for member, content in _members(self.path) if member == self.member), None)
        if found is None:
            raise OSError(f"{self} has changed")
        return found


def search(folder: Path, wanted: Collection[str]) -> dict[str, Place]:
    """The files with these SHA-256 below a folder, or in a file that is an archive; the first of each."""
    found: dict[str, Place] = {}
    read = 0
    for path, status in _files(folder):
        read += min(status.st_size, MOST_BYTES)
        if read > MOST_READ or len(found) == len(wanted):
            break
        for digest, member in _digests(path, status.st_size, status.st_mtime_ns).items():
            if digest in wanted:
                found.setdefault(digest, Place(path, member))
    return found


def suspects(folder: Path) -> list[Path]:
    """Files that are named as those of MNIST and hold none of them."""
    return [path for path, _ in _files(folder) if NAMED.search(path.name)]


def _files(folder: Path) -> Sequence[tuple[Path, os.stat_result]]:
    """The regular files below a folder, as they were a moment ago: every page asks."""
    return _listed(folder, int(time.monotonic() / FRESH))


@functools.lru_cache(maxsize=8)
def _listed(folder: Path, moment: int) -> Sequence[tuple[Path, os.stat_result]]:
    del moment  # key of the cache
    return list(_walk(folder))


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The regular files below a folder, the nearest first; no pipe or device, which may never end."""
    level, seen = [folder], 0
    for _ in range(DEEPEST):
        below: list[Path] = []
        for place in level:
            for path in _entries(place):
                try:
                    status = path.stat()
                except OSError:
                    continue
                seen += 1
                if seen > MOST_FILES:
                    return
                if stat.S_ISREG(status.st_mode) and status.st_size > SMALLEST:
                    yield path, status
                elif stat.S_ISDIR(status.st_mode):
                    below.append(path)
        level = below


def _entries(place: Path) -> list[Path]:
    """What is in a folder; a file itself."""
    try:
        return sorted(place.iterdir()) if place.is_dir() else [place]
    except OSError:
        return []


@functools.lru_cache(maxsize=4096)
def _digests(path: Path, size: int, modified: int) -> Mapping[str, str]:
    """SHA-256 of what a file holds, each with its name in the archive; nothing of a file that cannot be read."""
    del size, modified  # keys of the cache: a file that was replaced is read again
    digests: dict[str, str] = {}
    try:
        for member, content in _members(path):
            digests.setdefault(hashlib.sha256(content).hexdigest(), member)
    except UNREADABLE:
        pass
    return digests


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a file holds that may be one of the four, unpacked: itself, or the members of an archive."""
    with path.open("rb") as file:
        head = file.read(4)
    if head == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist()[:MOST_MEMBERS]:
                if entry.file_size <= MOST_BYTES:
                    yield from _unpacked(entry.filename, archive.read(entry))
    elif path.stat().st_size <= MOST_BYTES:
        content = path.read_bytes() if _may_be_one(path, head) else b""
        yield from _unpacked("", content)


def _may_be_one(path: Path, head: bytes) -> bool:
    """Whether it is worth reading: of a fitting size, compressed, an archive or an array."""
    return path.stat().st_size in SIZES or path.suffix == ".tar" or _opener(head) is not None or head == b"\x93NUM"


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A content without compression, and as the bytes of an IDX file."""
    try:
        plain = unfolded(content)
    except UNREADABLE:
        return
    if len(plain) in SIZES:
        yield name, plain
    elif plain[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            for _, member in zip(range(MOST_MEMBERS), archive, strict=False):
                file = archive.extractfile(member) if member.isfile() and member.size <= MOST_BYTES else None
                inner = unfolded(file.read()) if file is not None else b""
                if len(inner) in SIZES:
                    yield member.name, inner


def unfolded(content: bytes) -> bytes:
    """A content without compression, and as the bytes of an IDX file where it is an array of NumPy."""
    opener = _opener(content[:4])
    if opener is not None:
        content = opener(content)
    return _idx(content) if content[:6] == b"\x93NUMPY" else content


def _opener(head: bytes) -> Callable[[bytes], bytes] | None:
    """What undoes the compression that a file begins with, as far as a file of MNIST, or a tar of all, can go."""
    openers: Mapping[bytes, Callable[[], Any]] = {
        b"\x1f\x8b": lambda: zlib.decompressobj(31),
        b"BZ": bz2.BZ2Decompressor,
        b"\xfd7": lzma.LZMADecompressor,
    }
    opener = openers.get(head[:2])
    return None if opener is None else lambda content: bytes(opener().decompress(content, MOST_BYTES))


def _idx(content: bytes) -> bytes:
    """Images or labels of an array as an IDX file: its magic number, its sides, its bytes."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.kind not in "iu" or array.size == 0 or array.min() < 0 or array.max() > 255:
        return b""
    count, each = len(array), array.size // len(array)
    header = struct.pack(">IIII", 2051, count, 28, 28) if each == PIXELS else struct.pack(">II", 2049, count)
    return header + array.astype(np.uint8).tobytes()
