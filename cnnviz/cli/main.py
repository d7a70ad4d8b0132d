"""The command line: the dashboard, and what a teacher prepares before class."""

from __future__ import annotations

import sys

import click

from cnnviz import __version__
from cnnviz.cli.data import data
from cnnviz.cli.runs import runs
from cnnviz.cli.serve import serve
from cnnviz.cli.train import recipes, train
from cnnviz.configuration import Configuration
from cnnviz.refusal import Refusal


@click.group(help=__doc__)
@click.version_option(__version__)
def main() -> None:
    """Check what the environment says before anything else."""
    from cnnviz.runs.store import places

    places.check(Configuration.from_environment())


for command in (serve, data, train, recipes, runs):
    main.add_command(command)


def run() -> None:
    """Entry point: a refusal is one line on standard error and exit status 2."""
    try:
        main(prog_name="cnnviz")
    except Refusal as refusal:
        click.echo(refusal, err=True)
        sys.exit(2)
