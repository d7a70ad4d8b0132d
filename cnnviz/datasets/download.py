"""Download of MNIST: from one mirror after the other, verified before it takes its place."""

from __future__ import annotations

import hashlib
import socket
import ssl
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cnnviz.configuration import Configuration
from cnnviz.datasets.mnist_files import SHA256, keep, own
from cnnviz.datasets.mnist_search import UNREADABLE, unfolded
from cnnviz.datasets.records import DataUnavailable
from cnnviz.language import Sentence, all_of, sentence
from cnnviz.refusal import Refusal

BYTES: Mapping[str, int] = {
    "train-images-idx3-ubyte": 9_912_422,
    "train-labels-idx1-ubyte": 28_881,
    "t10k-images-idx3-ubyte": 1_648_877,
    "t10k-labels-idx1-ubyte": 4_542,
}
"""Of the files as they are published, compressed."""
DOWNLOAD_BYTES = sum(BYTES.values())
MOST_BYTES = 6 * max(BYTES.values())  # of one answer: a mirror may compress worse, or not at all
TIMEOUT = 20.0  # seconds without a byte before a mirror is given up
PATIENCE = 600.0  # seconds for one file
CHUNK = 64 * 1024  # bytes

Progress = Callable[[int, int], None]


def fetch(progress: Progress) -> None:
    """Download MNIST into our own folder; files are moved there only after they are verified.

    Raises:
        DataUnavailable: no mirror gave the files; the sentence names the cause.
    """
    try:
        own().mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=own(), prefix=".fetch-") as folder:
            download(Path(folder), Configuration.from_environment().mirrors, progress)
            keep(Path(folder))
    except OSError as error:
        raise DataUnavailable(
            "MNIST cannot be written to {folder} ({reason}).", folder=str(own()), reason=error.strerror or str(error)
        ) from error


def download(folder: Path, mirrors: tuple[str, ...], progress: Progress) -> None:
    """Download each file from the first mirror that has it."""
    problems: list[Sentence] = []
    for mirror in mirrors:
        try:
            for name in SHA256:
                if not (folder / name).exists():
                    (folder / name).write_bytes(file_of(mirror, name, progress))
        except Refusal as refusal:
            host = urlsplit(mirror).netloc or mirror
            problems.append(sentence("{host} ({reason})", host=host, reason=refusal.sentence))
        else:
            progress(DOWNLOAD_BYTES, DOWNLOAD_BYTES)
            return
    raise DataUnavailable(
        "MNIST could not be downloaded from {problems}. "
        "Check the connection and try again; the digits that come with the dashboard work meanwhile.",
        problems=all_of(problems),
    )


def file_of(mirror: str, name: str, progress: Progress) -> bytes:
    """One file of a mirror, unpacked and verified; Refusal says why there is none."""
    answer = ask(f"{mirror.rstrip('/')}/{name}.gz", lambda done: progress(before(name) + done, DOWNLOAD_BYTES))
    try:
        content = unfolded(answer)
    except UNREADABLE:
        content = b""
    if hashlib.sha256(content).hexdigest() == SHA256[name]:
        return content
    if answer.lstrip()[:1] == b"<":
        raise Refusal("a page came instead of {name}, perhaps one to log in", name=name)
    raise Refusal("{name} came damaged or incomplete, {count:,} bytes", name=name, count=len(answer))


def before(name: str) -> int:
    """Bytes of the files that come before this one."""
    names = list(BYTES)
    return sum(BYTES[other] for other in names[: names.index(name)])


@dataclass
class Transfer:
    """An answer on its way, received in a thread that can be left behind: a mirror may take for ever, in many ways."""

    address: str
    received: bytearray = field(default_factory=bytearray)
    problem: Exception | None = None
    given_up: bool = False

    def run(self) -> None:
        """Receive until the end, or too much."""
        try:
            request = urllib.request.Request(self.address, headers={"User-Agent": "cnnviz"})
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                read = getattr(answer, "read1", answer.read)  # what has come, without waiting for the whole
                while not self.given_up and len(self.received) <= MOST_BYTES and (chunk := read(CHUNK)):
                    self.received += chunk
        except Exception as error:  # whatever it is, another mirror may do better
            self.problem = error


def ask(address: str, progress: Callable[[int], None]) -> bytes:
    """What an address answers; Refusal when it does not, not in time, or without an end."""
    transfer = Transfer(address)
    thread = threading.Thread(target=transfer.run, daemon=True)
    thread.start()
    start = grown = time.monotonic()
    count = 0
    try:
        while thread.is_alive():
            thread.join(0.1)
            now = time.monotonic()
            grown, count = (now, len(transfer.received)) if len(transfer.received) > count else (grown, count)
            progress(min(count, DOWNLOAD_BYTES))
            if now - grown > TIMEOUT or now - start > PATIENCE:
                raise Refusal("timed out after {seconds:.0f} s", seconds=now - start)
    finally:
        transfer.given_up = True
    if transfer.problem is not None:
        raise Refusal(reason(transfer.problem))
    if len(transfer.received) > MOST_BYTES:
        raise Refusal("the answer did not end after {count:,} bytes", count=MOST_BYTES)
    return bytes(transfer.received)


def reason(error: Exception) -> Sentence:
    """Why an address did not answer, in plain words."""
    cause = error.reason if isinstance(error, urllib.error.URLError) and not hasattr(error, "code") else error
    match cause:
        case urllib.error.HTTPError():
            return sentence("it answers {code}: {reason}", code=cause.code, reason=_line(cause.reason))
        case socket.gaierror():
            return sentence("not found, perhaps there is no internet")
        case TimeoutError():
            return sentence("timed out")
        case ssl.SSLError():
            return sentence("its certificate is not trusted here")
        case ConnectionError():
            return sentence("no connection")
        case FileNotFoundError():
            return sentence("no such file")
    return Sentence("{reason}", {"reason": _line(cause)})


def _line(error: object) -> str:
    """Last line of an error message, at most 120 characters."""
    text = getattr(error, "strerror", None) or str(error)
    lines = text.strip().splitlines() or [type(error).__name__]
    return lines[-1][:120]
