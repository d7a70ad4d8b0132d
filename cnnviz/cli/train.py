"""Training from the command line, and the recipes for it."""

from __future__ import annotations

from typing import Any

import click

from cnnviz.cli.watching import draw, finish, follow
from cnnviz.language import say
from cnnviz.refusal import Range, Refusal, quoted
from cnnviz.settings import SETTINGS, Setting


class Number(click.ParamType):
    """A number that is checked by the same limits as the controls of the dashboard."""

    def __init__(self, setting: Setting, limits: Range) -> None:
        self.setting, self.limits, self.name = setting, limits, "integer" if limits.whole else "float"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """From the text of the command line."""
        if not isinstance(value, str):
            return value
        number = self.limits.parse(self.setting.words, value)
        return int(number) if self.limits.whole else number


def option(setting: Setting) -> dict[str, Any]:
    """What the option of a setting takes."""
    if setting.limits is not None:
        return {"type": Number(setting, setting.limits)}
    if setting.options is not None:
        return {"type": click.Choice(list(setting.options))}
    return {"is_flag": True, "default": None} if setting.kind == "switch" else {}


def settings_options(command: Any) -> Any:
    """One option for each training setting; what is not given comes from the tutorial of the network."""
    for name, setting in reversed(list(SETTINGS.items())):
        if not setting.registry:
            flag = f"--{name.replace('_', '-')}"
            command = click.option(flag, name, help=say(setting.help or setting.label), **option(setting))(command)
    return command


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
        names = ", ".join(RECIPES)
        raise Refusal("There is no recipe {recipe}; there are {names}.", recipe=quoted(recipe), names=names)
    start = (
        RECIPES[recipe].settings if recipe else networks.spec("same_padded" if network is None else network).tutorial
    )
    chosen = {name: value for name, value in {"network": network, **settings}.items() if value is not None}
    wanted = start.but(dataset=datasets.default() if dataset is None else dataset, **chosen)
    run_id, new = actions.start(TrainingJob(wanted))
    if not new:
        click.echo(say("This training is already running as {id}.", id=run_id), err=True)
    draw(run_id) if watch else follow(run_id)
    finish(run_id)


@click.command()
def recipes() -> None:
    """List the settings with something to see."""
    from cnnviz.training.recipes import RECIPES

    for name, recipe in RECIPES.items():
        click.echo(f"{name:21} {say(recipe.description)}")
