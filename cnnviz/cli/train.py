"""Training from the command line, and the recipes for it."""

from __future__ import annotations

from typing import Any

import click

from cnnviz.cli.watching import draw, finish, follow
from cnnviz.refusal import Refusal, quoted
from cnnviz.settings import LIMITS, WORDS


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


@click.command()
@click.option("--dataset", help="mnist or digits; mnist when it is here.")
@click.option("--network", help="same_padded, unless a recipe names another.")
@click.option("--recipe", help="Settings with something to see; `python -m cnnviz recipes` lists them.")
@click.option("--watch", is_flag=True, help="Draw the loss while it falls.")
@settings_options
def train(network: str | None, recipe: str | None, dataset: str | None, watch: bool, **settings: Any) -> None:
    """Train a network, as the Start button of the dashboard does; the run appears there."""
    from cnnviz.runs.jobs.jobs import warm_up

    warm_up()  # the other process loads torch while this one does
    from cnnviz import datasets, networks
    from cnnviz.runs import actions
    from cnnviz.runs.work.training import TrainingJob
    from cnnviz.training.recipes import RECIPES

    if recipe is not None and recipe not in RECIPES:
        raise Refusal(f"There is no recipe {quoted(recipe)}; there are {', '.join(RECIPES)}.")
    start = RECIPES[recipe].settings if recipe else networks.spec(network or "same_padded").tutorial
    chosen = {name: value for name, value in {"network": network, **settings}.items() if value is not None}
    wanted = start.but(dataset=dataset or datasets.default(), **chosen)
    run_id, new = actions.start(TrainingJob(wanted))
    if not new:
        click.echo(f"This training is already running as {run_id}.", err=True)
    draw(run_id) if watch else follow(run_id)
    finish(run_id)


@click.command()
def recipes() -> None:
    """List the settings with something to see."""
    from cnnviz.training.recipes import RECIPES

    for name, recipe in RECIPES.items():
        click.echo(f"{name:21} {recipe.lesson}")
