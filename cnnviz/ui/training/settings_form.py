"""The form of a training: a control for each setting, as its row in the table of settings says."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import streamlit as st

from cnnviz.datasets import DATASETS
from cnnviz.language import say
from cnnviz.networks import NETWORKS
from cnnviz.settings import SETTINGS, TrainingSettings
from cnnviz.training.recipes import RECIPES
from cnnviz.ui.frame.address import at, put
from cnnviz.ui.frame.controls import choice, expander, field, steps, toggle
from cnnviz.ui.frame.pickers import OWN, pick
from cnnviz.ui.training.custom_layers import choose_layers

FIRST = ("network", "learning_rate", "batch_size", "epochs", "subset", "optimiser", "dataset")  # always shown
NAMES: Mapping[str, Mapping[str, str]] = {
    "dataset": {name: spec.label for name, spec in DATASETS.items()},
    "network": {name: spec.label for name, spec in NETWORKS.items()},
}


def settings_form() -> None:
    """Draw the controls, one below the other."""
    now = values()
    with st.container(key="recipes"):  # as high as the longest description needs
        _choose_recipe(TrainingSettings.of(now))
    for name in FIRST:
        draw(name, now)
        if name == "network":
            _of_network(now)
    with expander(say("More settings"), "more", ":material/tune:"):
        if at("more"):
            for name, setting in SETTINGS.items():
                if name not in FIRST and setting.group != "network":
                    draw(name, now)


def _of_network(now: Mapping[str, object]) -> None:
    """The settings that only some networks have."""
    with st.container():
        for name, setting in SETTINGS.items():
            if setting.group == "network" and setting.applies(now):
                draw(name, now)


def values() -> Mapping[str, object]:
    """Where the controls of the settings stand."""
    return {name: at(name) for name in SETTINGS}


def settled() -> TrainingSettings:
    """The settings that the controls stand at; what has no effect beside the others is left out."""
    return TrainingSettings.of(values())


def draw(name: str, now: Mapping[str, object]) -> None:
    """The widget of a setting; greyed where it has no effect beside the others as they are now."""
    setting = SETTINGS[name]
    label, help, idle = say(setting.label), say(setting.help) or None, not setting.applies(now)
    if setting.positions:
        steps(label, name, setting.positions, setting.said, disabled=idle, help=help)
    elif setting.kind == "number":
        field(label, name, help)
    elif setting.kind == "switch":
        toggle(label, name, help)
    elif setting.kind == "text":
        choose_layers(label, name)
    else:
        choice(label, name, NAMES.get(name))


def _choose_recipe(now: TrainingSettings) -> None:
    """A picker of trainings worth seeing; it sets every control but the data set, and stands at the one that is set."""
    label, now_set = say("Recipe"), recipe_of(now)
    pick(label, "recipe", RECIPES, now_set, lambda name: apply(RECIPES[name].settings), own_first=True)


@functools.lru_cache(64)
def recipe_of(settings: TrainingSettings) -> str:
    """The recipe that makes these settings with any data set, or OWN."""
    same = (name for name, recipe in RECIPES.items() if recipe.settings.but(dataset=settings.dataset) == settings)
    return next(same, OWN)


def apply(settings: TrainingSettings) -> None:
    """Set every control but the data set to these settings; from a callback."""
    put(**{name: value for name, value in settings.to_dict().items() if name != "dataset"})
