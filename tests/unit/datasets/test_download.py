"""The download of MNIST from mirrors on this computer: whatever one of them does, the next one is asked."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.client import IncompleteRead
from urllib.error import HTTPError, URLError

import pytest

from cnnviz import datasets
from cnnviz.datasets import download, mnist_files
from cnnviz.datasets.mnist_files import SHA256
from cnnviz.datasets.records import DataUnavailable

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]
LABELS = "t10k-labels-idx1-ubyte"


def body(content: bytes, *, claimed: int | None = None, status: int = 200) -> Answer:
    """An answer of this content, which may claim another length."""

    def answer(handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content) if claimed is None else claimed))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(where: str) -> Answer:
    def answer(handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", where)
        handler.end_headers()

    return answer


def endless(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(10**6))


def dripping(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)


def dripping_head(handler) -> None:
    while True:
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.02)


def silent(handler) -> None:
    time.sleep(5)


def garbage(handler) -> None:
    handler.wfile.write(b"\x00\xff no HTTP at all\r\n\r\n")


def closing(handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


class Mirror(http.server.ThreadingHTTPServer):
    """A mirror whose answers a test decides."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request, client_address) -> None:
        """A client that has gone away is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        answer = self.server.answers.get(self.path, body(b"nothing here", status=404))
        with contextlib.suppress(OSError):
            answer(self)
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def mirrors(mnist, home, monkeypatch) -> Iterator[tuple[Mirror, Mirror]]:
    """Two mirrors, and no MNIST anywhere."""
    both = Mirror(), Mirror()
    monkeypatch.delenv("CNNVIZ_DATA", raising=False)
    monkeypatch.setenv("CNNVIZ_MIRRORS", ",".join(mirror.address for mirror in both))
    monkeypatch.setattr(download, "TIMEOUT", 3.0)
    monkeypatch.setattr(download, "PATIENCE", 5.0)
    monkeypatch.setattr(download, "MOST_BYTES", 12 * 10**6)
    yield both
    for mirror in both:
        mirror.shutdown()
        mirror.server_close()


@pytest.fixture(scope="session")
def compressed(mnist) -> dict[str, bytes]:
    folder = mnist_files.raw(mnist_files.locate())
    return {name: gzip.compress((folder / name).read_bytes(), 6) for name in SHA256}


def good(compressed) -> dict[str, Answer]:
    return {f"/{name}.gz": body(content) for name, content in compressed.items()}


def fetch() -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    download.fetch(lambda done, total: told.append((done, total)))
    return told


def test_a_download_is_verified_and_told(compressed, mirrors, home):
    mirrors[0].answers = good(compressed)
    told = fetch()
    assert datasets.is_available("mnist")
    assert mnist_files.locate() == home / "datasets"
    assert told[-1] == (download.DOWNLOAD_BYTES, download.DOWNLOAD_BYTES)
    assert all(0 <= done <= total for done, total in told)
    assert [entry.name for entry in (home / "datasets").iterdir()] == ["MNIST"]


def test_a_mirror_needs_no_slash_and_may_send_the_files_as_they_are(compressed, mirrors, monkeypatch):
    mirrors[0].answers = {f"/{name}.gz": body(gzip.decompress(content)) for name, content in compressed.items()}
    monkeypatch.setattr(download, "MOST_BYTES", 60 * 10**6)
    monkeypatch.setenv("CNNVIZ_MIRRORS", mirrors[0].address.rstrip("/"))
    fetch()
    assert datasets.is_available("mnist")


LOG_IN = b"<html><title>Log in to the school's network</title></html>"
FAILURES: dict[str, tuple[Answer, str]] = {
    "missing": (body(b"", status=404), "it answers 404: Not Found"),
    "broken": (body(b"", status=500), "it answers 500"),
    "log in": (body(LOG_IN), "a page came instead of"),
    "log in by redirect": (redirect("/login"), "a page came instead of"),
    "circle": (redirect("/circle"), "it answers 302"),
    "elsewhere": (redirect("http://127.0.0.1:1/x"), "no connection"),
    "other protocol": (redirect("file:///etc/passwd"), "it answers 302"),
    "other content": (body(gzip.compress(b"something else")), "came damaged or incomplete"),
    "nothing": (body(b""), "came damaged or incomplete, 0 bytes"),
    "short": (body(gzip.compress(bytes(10_008))[:-9], claimed=10**6), ""),
    "longer than it is": (body(b"x" * 100, claimed=100_000), ""),
    "no HTTP": (garbage, ""),
    "closed": (closing, ""),
    "silent": (silent, "timed out"),
    "dripping": (dripping, "timed out"),
    "dripping head": (dripping_head, "timed out"),
    "endless": (endless, "did not end after 12,000,000 bytes"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_mirror_that_fails_does_not_end_the_search(compressed, mirrors, home, failure):
    answer, _ = FAILURES[failure]
    mirrors[0].answers = good(compressed) | {
        f"/{LABELS}.gz": answer, "/login": body(LOG_IN), "/circle": redirect("/circle")
    }  # fmt: skip
    mirrors[1].answers = {f"/{LABELS}.gz": body(compressed[LABELS])}  # the other three were good
    fetch()
    assert datasets.is_available("mnist")


@pytest.mark.parametrize("failure", FAILURES)
def test_when_all_fail_each_is_named_with_its_reason_and_nothing_is_left(compressed, mirrors, home, failure):
    answer, words = FAILURES[failure]
    for mirror in mirrors:
        mirror.answers = good(compressed) | {
            f"/{name}.gz": answer for name in SHA256
        } | {"/login": body(LOG_IN), "/circle": redirect("/circle")}  # fmt: skip
    with pytest.raises(DataUnavailable, match="MNIST could not be downloaded from") as refusal:
        fetch()
    said = str(refusal.value)
    assert all(f"127.0.0.1:{mirror.server_port} (" in said for mirror in mirrors)
    assert words in said
    assert "<" not in said and "\n" not in said
    assert list((home / "datasets").iterdir()) == []
    assert not datasets.is_available("mnist")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (URLError(socket.gaierror(-2, "Name or service not known")), "not found, perhaps there is no internet"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), "no connection"),
        (URLError(ssl.SSLCertVerificationError(1, "self-signed certificate")), "its certificate is not trusted here"),
        (URLError(OSError(101, "Network is unreachable")), "Network is unreachable"),
        (HTTPError("http://x/", 503, "Service Unavailable", None, None), "it answers 503: Service Unavailable"),
        (IncompleteRead(b"", 9), "IncompleteRead(0 bytes read, 9 more expected)"),
        (TimeoutError(), "timed out"),
        (ValueError(), "ValueError"),
    ],
)
def test_why_a_mirror_does_not_answer_is_said_in_plain_words(error, words):
    assert str(download.reason(error)) == words


@pytest.mark.parametrize(
    ("address", "words"),
    [("http://127.0.0.1:1/", "127.0.0.1:1 (no connection)"), ("file:///no/such/folder/", "(no such file)")],
)
def test_no_internet_is_said_in_plain_words(mirrors, monkeypatch, address, words):
    monkeypatch.setenv("CNNVIZ_MIRRORS", address)
    with pytest.raises(DataUnavailable) as refusal:
        fetch()
    assert words in str(refusal.value)
    assert "Errno" not in str(refusal.value)


def test_a_folder_that_cannot_be_written_is_told(mirrors, home):
    (home / "datasets").write_bytes(b"a file")
    with pytest.raises(DataUnavailable, match="MNIST cannot be written to"):
        fetch()


def test_a_download_that_is_not_wanted_any_more_ends(compressed, mirrors):
    class Enough(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Enough

    mirrors[0].answers = {f"/{name}.gz": dripping for name in SHA256}
    with pytest.raises(Enough):
        download.fetch(stop)
