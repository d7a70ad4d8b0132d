"""The style sheets of the frame and of all pages, which stand in the document that a browser is given first.

What Streamlit can draw itself, `st.html`, comes after the first elements: they would stand in other places until then.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

UI = Path(__file__).parents[1]
# Headers of a request for a document: one that a browser has kept may be of another version, and only plain text can be
# added to.
NOT_ASKED = (b"if-none-match", b"if-modified-since", b"accept-encoding")
OF_THE_BARE = (
    b"content-length",
    b"etag",
    b"last-modified",
)  # headers that are not those of the document with its styles


@functools.cache
def style_sheet() -> str:
    """All style sheets that are none of a component."""
    sheets = [UI / "frame" / "frame.css", *sorted(UI.glob("*/page.css"))]
    return "\n".join(sheet.read_text("utf-8") for sheet in sheets)


class WithStyleSheet:
    """ASGI middleware that puts the style sheet into every HTML document."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not _asks_for_html(scope):
            await self.app(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in NOT_ASKED]
        await self.app({**scope, "headers": headers}, receive, _Document(send))


class _Document:
    """An answer on its way: held back as long as it may be an HTML document."""

    def __init__(self, send: Send) -> None:
        self.send, self.content = send, b""
        self.start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_html(message):
            self.start = message
        elif self.start is None or message["type"] != "http.response.body":
            await self.send(message)
        else:
            self.content += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self.start)

    async def _finish(self, start: Message) -> None:
        styles = f"<style>{style_sheet()}</style></body>".encode()  # behind those of Streamlit, which are in the head
        content = self.content.replace(b"</body>", styles, 1)
        headers = [(name, value) for name, value in start["headers"] if name not in OF_THE_BARE]
        headers.append((b"content-length", str(len(content)).encode()))
        await self.send({**start, "headers": headers})
        await self.send({"type": "http.response.body", "body": content})


def _asks_for_html(scope: Message) -> bool:
    return scope["method"] == "GET" and any(
        name == b"accept" and b"text/html" in value for name, value in scope["headers"]
    )


def _is_html(start: Message) -> bool:
    headers = dict(start["headers"])
    return headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers


WITH_STYLE_SHEET = Middleware(WithStyleSheet)
