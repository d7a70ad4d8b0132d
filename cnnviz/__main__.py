"""The command line: what a teacher prepares before class. `python -m cnnviz --help`."""

from __future__ import annotations

import shutil
import sys
import time
from datetime import datetime
from typing import Any

import click

from cnnviz.configuration import Configuration
from cnnviz.records import Measurement, Run
from cnnviz.settings import LIMITS, WORDS, Refusal, quoted


@click.group(help=__doc__)
def main() -> None:
    """Check the configuration before anything else."""
    Configuration.from_environment().check()


@main.group()
def data() -> None:
    """The data sets on this computer."""


@data.command()
def fetch() -> None:
    """Download MNIST and verify it."""
    from cnnviz.datasets import mnist

    with click.progressbar(length=mnist.DOWNLOAD_BYTES, label="Downloading MNIST", file=sys.stderr) as bar:
        mnist.fetch(lambda done, total: bar.update(done - bar.pos))
    click.echo(mnist.locate())


@data.command()
def verify() -> None:
    """Check the files of MNIST against their published SHA-256."""
    from cnnviz.datasets import mnist

    click.echo(f"{mnist.locate()}: the four files are those of MNIST.")


@data.command()
def where() -> None:
    """Print the folders in which MNIST is looked for, in order."""
    from cnnviz.datasets import mnist

    for folder in mnist.folders():
        click.echo(mnist.raw(folder))


class Setting(click.ParamType):
    """A number that is checked by the same limits as the controls of the dashboard."""

    def __init__(self, setting: str) -> None:
        self.setting, self.name = setting, "integer" if LIMITS[setting].whole else "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """From the text of the command line."""
        if not isinstance(value, str):
            return value
        number = LIMITS[self.setting].parse(self.setting.replace("_", " "), value)
        return int(number) if LIMITS[self.setting].whole else number


def settings_options(command: Any) -> Any:
    """One option for each training setting; what is not given comes from the tutorial of the network."""
    for setting in LIMITS:
        command = click.option(f"--{setting.replace('_', '-')}", setting, type=Setting(setting))(command)
    for setting, names in WORDS.items():
        command = click.option(f"--{setting}", type=click.Choice(list(names)))(command)
    for setting, sentence in SWITCHES.items():
        command = click.option(f"--{setting.replace('_', '-')}", setting, is_flag=True, default=None, help=sentence)(
            command
        )
    return click.option("--layers", help="Of the custom network: conv 16 k5 s1 p2 bn relu max drop25; …")(command)


SWITCHES = {
    "exact": "Bit for bit as the tutorials' loop.",
    "nesterov": "Nesterov's momentum, of SGD.",
    "shuffle_pixels": "Every image's pixels in the same other order.",
}


@main.command()
@click.option("--dataset", help="mnist or digits; mnist when it is here.")
@click.option("--network", help="same_padded, unless a recipe names another.")
@click.option("--recipe", help="Settings with something to see; `python -m cnnviz recipes` lists them.")
@click.option("--watch", is_flag=True, help="Draw the loss while it falls.")
@settings_options
def train(network: str | None, recipe: str | None, dataset: str | None, watch: bool, **settings: Any) -> None:
    """Train a network, as the Start button of the dashboard does; the run appears there."""
    from cnnviz.runs.jobs import current_jobs, warm_up

    warm_up()  # the other process loads torch while this one does
    from cnnviz import datasets, networks, training
    from cnnviz.recipes import RECIPES

    if recipe is not None and recipe not in RECIPES:
        raise Refusal(f"There is no recipe {quoted(recipe)}; there are {', '.join(RECIPES)}.")
    start = RECIPES[recipe].settings if recipe else networks.spec(network or "same_padded").tutorial
    chosen = {name: value for name, value in {"network": network, **settings}.items() if value is not None}
    wanted = start.but(dataset=dataset or datasets.default(), **chosen)
    training.check(wanted, datasets.load(wanted.dataset))
    run_id, new = current_jobs().submit("training", networks.spec(wanted.network).title(wanted), wanted.to_dict())
    if not new:
        click.echo(f"This training is already running as {run_id}.", err=True)
    draw(run_id) if watch else follow(run_id)
    finish(run_id)


def draw(run_id: str) -> None:
    """Draw the curves of a run until it ends, in a terminal anew twice a second; Ctrl-C stops it."""
    from cnnviz import curves
    from cnnviz.runs import current_store
    from cnnviz.terminal import chart

    store, live = current_store(), sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns
    measurements: list[Measurement] = []
    position, ended = 0, False
    while not ended:
        try:
            time.sleep(0.5)
        except KeyboardInterrupt:
            store.stop(run_id)
        run = existing(run_id)
        new, position = store.measurements(run_id, position)
        measurements, ended = [*measurements, *new], not run.active
        if live or ended:
            click.clear() if live else None
            click.echo(chart(curves.curves(measurements), columns, colours=live))
            click.echo(f"step {run.step:,} of {run.steps:,}  {accuracy(run)}")


def follow(run_id: str) -> None:
    """Show the progress of a run until it ends; Ctrl-C stops it."""
    from cnnviz.runs import current_store

    store = current_store()
    run = existing(run_id)
    with click.progressbar(length=1, label=f"Run {run_id}", file=sys.stderr, item_show_func=accuracy) as bar:
        while run.active:
            try:
                time.sleep(0.2)
            except KeyboardInterrupt:
                store.stop(run_id)
            run = existing(run_id)
            bar.length = max(run.steps, 1)
            bar.update(run.step - bar.pos, run)


def finish(run_id: str) -> None:
    """Tell how a run ended; status 1 when it did not go well."""
    run = existing(run_id)
    click.echo(f"{run.id}  {run.state}  {accuracy(run)} {run.message}")
    if run.state not in ("finished", "stopped"):
        sys.exit(1)


def existing(run_id: str) -> Run:
    """A run that is known to be in the store."""
    from cnnviz.runs import current_store

    run = current_store().get(run_id)
    assert run is not None
    return run


def accuracy(run: Run | None) -> str:
    """The latest test accuracy in words."""
    return "" if run is None or run.accuracy is None else f"test accuracy {run.accuracy:.2%}"


@main.command()
def recipes() -> None:
    """List the settings with something to see."""
    from cnnviz.recipes import RECIPES

    for name, recipe in RECIPES.items():
        click.echo(f"{name:21} {recipe.lesson}")


@main.command()
def runs() -> None:
    """List the trainings, the newest first."""
    from cnnviz.runs import current_store

    for run in current_store().newest("training"):
        started = datetime.fromtimestamp(run.created).strftime("%Y-%m-%d %H:%M")
        click.echo(f"{run.id:12}  {started}  {run.state:11}  {accuracy(run):21}  {run.name}")


if __name__ == "__main__":
    try:
        main(prog_name="python -m cnnviz")
    except Refusal as refusal:
        click.echo(refusal, err=True)
        sys.exit(2)
