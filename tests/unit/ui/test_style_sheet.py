"""The style sheet in the document: an ASGI application is asked as a server asks it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnviz.ui.frame.style_sheet import WithStyleSheet, style_sheet

DOCUMENT = b"<html><head></head><body><p>\xc3\xa9</p></body></html>"
HTML = (b"content-type", b"text/html; charset=utf-8")


def answer(pieces, *headers, method="GET", accept=b"text/html,*/*", asked=()):
    """Status, headers and content that a browser gets from an application that answers so; and what that was asked."""
    seen, sent = {}, []

    async def application(scope, receive, send):
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        for k, piece in enumerate(pieces, start=1):
            await send({"type": "http.response.body", "body": piece, "more_body": k < len(pieces)})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "headers": [(b"accept", accept), *asked]}
    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may have an event loop in this one
        pool.submit(asyncio.run, WithStyleSheet(application)(scope, None, send)).result()
    start, *bodies = sent
    return dict(start["headers"]), b"".join(body.get("body", b"") for body in bodies), dict(seen["headers"])


@pytest.mark.parametrize("cut", [0, 3, 30, len(DOCUMENT)])
def test_a_document_gets_it_at_its_end_however_it_arrives(cut):
    length = (b"content-length", str(len(DOCUMENT)).encode())
    headers, content, _ = answer([DOCUMENT[:cut], DOCUMENT[cut:]], HTML, length, (b"etag", b"1"), (b"vary", b"x"))
    added = f"<style>{style_sheet()}</style>".encode()
    assert content == DOCUMENT.replace(b"</body>", added + b"</body>")
    assert headers == {HTML[0]: HTML[1], b"vary": b"x", b"content-length": str(len(content)).encode()}


def test_a_document_that_a_browser_has_kept_is_sent_anew_and_unpacked():
    asked = ((b"if-none-match", b"1"), (b"if-modified-since", b"2"), (b"accept-encoding", b"gzip"), (b"cookie", b"3"))
    assert answer([DOCUMENT], HTML, asked=asked)[2].keys() == {b"accept", b"cookie"}
    assert answer([DOCUMENT], HTML, asked=asked, accept=b"*/*")[2].keys() == {b"accept", *dict(asked)}


@pytest.mark.parametrize(
    ("headers", "method", "accept"),
    [
        ([(b"content-type", b"application/json")], "GET", b"text/html"),
        ([HTML, (b"content-encoding", b"gzip")], "GET", b"text/html"),
        ([HTML], "POST", b"text/html"),
        ([HTML], "GET", b"application/javascript"),
        ([], "GET", b"text/html"),
    ],
)
def test_everything_else_passes_as_it_is(headers, method, accept):
    got, content, _ = answer([DOCUMENT[:9], DOCUMENT[9:]], *headers, method=method, accept=accept)
    assert (got, content) == (dict(headers), DOCUMENT)


def test_every_page_with_places_of_its_own_is_in_it():
    assert all(f".st-key-{key}" in style_sheet() for key in ("view", "knobs", "convolution_stage", "loss", "gallery"))
