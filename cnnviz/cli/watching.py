"""Progress of a run in a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress

import click

from cnnviz.language import say
from cnnviz.refusal import Refusal
from cnnviz.runs.records import Run
from cnnviz.training.records import Measurement


def draw(run_id: str) -> None:
    """Draw the learning curves of a run until it ends, twice a second in a terminal; Ctrl-C stops the run."""
    from cnnviz.cli.terminal import chart
    from cnnviz.runs.store import current_store
    from cnnviz.training import curves

    store, live = current_store(), sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns
    measurements: list[Measurement] = []
    position, ended = 0, False
    while not ended:
        try:
            time.sleep(0.5)
        except KeyboardInterrupt:
            stop(run_id)
        run = existing(run_id)
        new, position = store.records.measurements(run_id, position)
        measurements, ended = [*measurements, *new], not run.active
        if live or ended:
            click.clear() if live else None
            click.echo(chart(curves.curves(measurements), columns, colours=live))
            click.echo(say("step {step:,} of {steps:,}", step=run.step, steps=run.steps) + f"  {accuracy(run)}")


def follow(run_id: str) -> None:
    """Show a progress bar of a run until it ends; Ctrl-C stops the run."""
    run = existing(run_id)
    with click.progressbar(length=1, label=say("Run {id}", id=run_id), file=sys.stderr, item_show_func=accuracy) as bar:
        while run.active:
            try:
                time.sleep(0.2)
            except KeyboardInterrupt:
                stop(run_id)
            run = existing(run_id)
            bar.length = max(run.steps, 1)
            bar.update(run.step - bar.pos, run)


def stop(run_id: str) -> None:
    """Ask a run to stop, unless it has just ended."""
    from cnnviz.runs import actions

    with suppress(Refusal):
        actions.stop(run_id)


def finish(run_id: str) -> None:
    """Print how the run ended; exit 1 unless finished or stopped."""
    run = existing(run_id)
    click.echo(f"{run.id}  {run.state_in_words}  {accuracy(run)} {run.message or ''}")
    if run.state not in ("finished", "stopped"):
        sys.exit(1)


def existing(run_id: str) -> Run:
    """A run that was started here; Refusal when somebody has deleted it meanwhile."""
    from cnnviz.runs.store import current_store

    run = current_store().runs.get(run_id)
    if run is None:
        raise Refusal("Run {run} was deleted while it was watched.", run=run_id)
    return run


def accuracy(run: Run | None) -> str:
    """The latest accuracy in words, and of how many test images; empty before the first test."""
    from cnnviz.runs.reader import accuracy_of
    from cnnviz.runs.store import current_store

    if run is None or run.accuracy is None:
        return ""
    summary = current_store().records.summaries([run.id]).get(run.id)
    return str(accuracy_of(run, summary.tested if summary else None) or "")
