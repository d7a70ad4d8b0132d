"""`cnnviz serve`: the dashboard, started from any folder."""

from __future__ import annotations

import os
import runpy
import socket
import sys
import tempfile
from collections.abc import Sequence
from itertools import zip_longest

import click

from cnnviz.configuration import ROOT
from cnnviz.language import sentence
from cnnviz.refusal import Range, Refusal, quoted


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[STREAMLIT OPTION]...")
def serve(options: tuple[str, ...]) -> None:
    """Start the dashboard, on 127.0.0.1 alone. Further options are those of `streamlit run`, as --server.port=8502."""
    check()
    check_port(options)
    # Streamlit reads .streamlit/config.toml beside the script last, so that it holds in every folder.
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def check_port(options: Sequence[str]) -> None:
    """Raise Refusal where the port that is named cannot be had; Streamlit takes the next free one where none is."""
    port = value_of(options, "server.port")
    if not port:
        return
    Range(1, 65_535).parse(sentence("--server.port"), port)
    address = value_of(options, "server.address") or "127.0.0.1"
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")  # as the server does
            trial.bind((address, int(port)))
    except OSError as error:
        raise Refusal(
            "Port {port} of {address} cannot be had ({reason}); choose another: --server.port=8502.",
            port=port,
            address=quoted(address),
            reason=error.strerror or str(error),
        ) from error


def value_of(options: Sequence[str], name: str) -> str:
    """What an option of Streamlit says, on the command line or in the environment; empty where it is not given."""
    value = os.environ.get("STREAMLIT_" + name.upper().replace(".", "_"), "")
    for option, following in zip_longest(options, options[1:], fillvalue=""):
        key, equals, text = option.partition("=")
        if key == f"--{name}":
            value = text if equals else following
    return value


def check() -> None:
    """Raise Refusal where the files for the browser cannot be written: Streamlit serves them from beside the script."""
    folder = ROOT / "static"
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Refusal(
            "{folder} cannot be written ({reason}); install cnnviz into an environment of your own, "
            "or make this folder a link to one that you may write.",
            folder=folder,
            reason=error.strerror,
        ) from error
