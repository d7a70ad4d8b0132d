"""Command that lists the trainings."""

from __future__ import annotations

from datetime import datetime

import click

from cnnviz.cli.watching import accuracy


@click.command()
def runs() -> None:
    """List the trainings, the newest first."""
    from cnnviz.runs.store import current_store

    for run in current_store().runs.newest("training"):
        started = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{run.id:12}  {started}  {run.state_in_words:11}  {accuracy(run):28}  {run.name}")
