"""Commands for data sets: fetch, verify, where."""

from __future__ import annotations

import sys

import click

from cnnviz.language import say
from cnnviz.refusal import Refusal


@click.group()
def data() -> None:
    """The data sets on this computer."""


@data.command()
def fetch() -> None:
    """Download MNIST and verify it."""
    from cnnviz.datasets import download, mnist_files

    with click.progressbar(length=download.DOWNLOAD_BYTES, label=say("Downloading MNIST"), file=sys.stderr) as bar:
        download.fetch(lambda done, total: bar.update(done - bar.pos))
    click.echo(mnist_files.locate())


@data.command()
def verify() -> None:
    """Check the files of MNIST against their published SHA-256."""
    from cnnviz.datasets import mnist_files

    click.echo(say("{folder}: the four files are those of MNIST.", folder=mnist_files.locate()))


@data.command()
def where() -> None:
    """Print the folders that are searched for MNIST, those that are there, in order."""
    from cnnviz.datasets import mnist_files

    folders = [folder for folder in mnist_files.folders() if folder.exists()]
    if not folders:
        raise Refusal(mnist_files.MISSING)
    for folder in folders:
        raw = mnist_files.raw(folder)
        click.echo(raw if raw.is_dir() else folder)
