"""`cnnviz serve`: the dashboard, started from any folder."""

from __future__ import annotations

import runpy
import sys
import tempfile

import click

from cnnviz.configuration import ROOT
from cnnviz.refusal import Refusal


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[STREAMLIT OPTION]...")
def serve(options: tuple[str, ...]) -> None:
    """Start the dashboard, on 127.0.0.1 alone. Further options are those of `streamlit run`, as --server.port=8502."""
    check()
    # Streamlit reads .streamlit/config.toml beside the script last, so that it holds in every folder.
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


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
