"""A real server, and visitors that speak its protocol without a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).parents[1]
LARGEST_MESSAGE = 64 * 2**20  # bytes


@dataclass(frozen=True)
class Server:
    """A dashboard that runs."""

    address: str  # host:port
    pid: int
    home: str  # folder of its runs


@contextmanager
def dashboard(script: str = "app.py", root: Path = ROOT) -> Iterator[Server]:
    """A fresh dashboard, or another script of this project; `root` is the folder of another state of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.headless=true", f"--server.port={port}"]
    with tempfile.TemporaryDirectory(prefix="cnnviz-benchmark-", ignore_cleanup_errors=True) as home:
        server = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "CNNVIZ_HOME": home, "PYTHONPATH": str(root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/_stcore/health")
            yield Server(f"127.0.0.1:{port}", server.pid, home)
        finally:
            server.terminate()
            server.wait(20)


def wait_for(address: str, patience: float = 60) -> None:
    """Until the server answers."""
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Visitor:
    """One session: opens a page, asks for reruns, reads until the script has finished."""

    def __init__(self, address: str, page: str, query: str = "") -> None:
        self.page, self.query = page, query
        self.fragment, self.interval = "", 0.0  # of the part of the page that draws itself again
        self.known: list[str] = []  # hashes of large messages, which the server need not send again
        self.socket: ClientConnection = connect(
            f"ws://{address}/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=LARGEST_MESSAGE,  # type: ignore[list-item]
        )
        self.rerun()

    def rerun(self, fragment: str = "") -> int:
        """Run the page once more, or a fragment of it as its timer does; the bytes that came back."""
        message = BackMsg()
        if fragment:
            message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
        message.rerun_script.page_name = self.page
        message.rerun_script.query_string = self.query
        message.rerun_script.cached_message_hashes.extend(self.known)
        self.socket.send(message.SerializeToString())
        received = 0
        while True:
            content = self.socket.recv(timeout=120)
            assert isinstance(content, bytes)
            received += len(content)
            answer = ForwardMsg.FromString(content)
            if answer.metadata.cacheable and answer.hash not in self.known:
                self.known.append(answer.hash)
            if answer.WhichOneof("type") == "auto_rerun":
                self.fragment, self.interval = answer.auto_rerun.fragment_id, answer.auto_rerun.interval
            if answer.WhichOneof("type") == "script_finished" and answer.script_finished in FINISHED:
                return received

    def close(self) -> None:
        """Leave."""
        self.socket.close()


FINISHED = (
    ForwardMsg.FINISHED_SUCCESSFULLY,
    ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
)


def cpu_seconds(pid: int) -> float:
    """Processor time of one process so far, user and system, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
