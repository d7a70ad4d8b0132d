"""The controls of a training: bounded by the limits that the settings record checks, and kept in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import streamlit as st

from cnnviz import datasets
from cnnviz.datasets import DATASETS
from cnnviz.networks import NETWORKS
from cnnviz.settings import DEVICES, LIMITS, OPTIMISERS, SCHEDULES, WITH_MOMENTUM, TrainingSettings
from cnnviz.settings import WORDS as CHOICES
from cnnviz.training.recipes import RECIPES
from cnnviz.ui.frame.address import control, forget, one_of, set_control, value_of
from cnnviz.ui.training import custom_layers
from cnnviz.ui.training.custom_layers import choose_layers

NUMBERS: dict[str, list[Any]] = {
    "learning_rate": [float(f"{digit}e{power}") for power in range(-6, 1) for digit in (1, 2, 5)] + [10.0],
    "momentum": [0.0, 0.5, 0.9, 0.95, 0.99],
    "batch_size": [1, 2, 5, 10, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000],
    "epochs": list(range(1, 51)),
    "subset": [0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000],
    "weight_decay": [0.0, 1e-5, 1e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1],
    "label_noise": [0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0],
    "shift": [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0],
    "rotate": [0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0],
    "target_accuracy": [0.0, 0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995],
    "patience": [0, 1, 2, 3, 5, 10, 20],
    "blocks": list(range(1, 13)),
}
WORDS: Mapping[str, Mapping[str, Any]] = {"dataset": DATASETS, "network": NETWORKS, **CHOICES}
SWITCHES = ("nesterov", "shuffle_pixels", "exact")
WHOLE = ("seed", "threads")
NORMALISATION_LABELS = {
    "none": "None: pixels from 0 to 1",
    "half": "Mean .5, deviation .5",
    "mnist": "Mean .1307, deviation .3081",
}
OWN = "own"


def parser(name: str) -> Callable[[str], Any]:
    """How the address is read for a setting."""
    if name in NUMBERS:
        whole = LIMITS[name].whole
        return lambda text: (int if whole else float)(LIMITS[name].parse(name.replace("_", " "), text))
    if name in WORDS:
        return one_of(name, WORDS[name])
    if name in SWITCHES:
        return lambda text: one_of(name, ("True", "False"))(text) == "True"
    if name in WHOLE:
        return lambda text: int(LIMITS[name].parse(name, text))
    return custom_layers.parser


def settings_form() -> TrainingSettings:
    """Draw the controls; the settings that they stand at."""
    default = NETWORKS["same_padded"].tutorial.but(dataset=datasets.default())
    _choose_recipe(settled(default))
    columns = st.columns(4)
    with columns[0]:
        word("Data set", "dataset", default, lambda name: DATASETS[name].label)
        number("Learning rate", "learning_rate", default, "{:g}".format)
    with columns[1]:
        network = word("Network", "network", default, lambda name: NETWORKS[name].label)
        number("Batch size", "batch_size", default)
    with columns[2]:
        word("Optimiser", "optimiser", default, OPTIMISERS.__getitem__)
        number("Epochs", "epochs", default)
    with columns[3]:
        word("Normalisation", "normalisation", default, NORMALISATION_LABELS.__getitem__)
        number("Training images", "subset", default, lambda count: f"{count:,}" if count else "all")
    st.caption(NETWORKS[network].lesson)
    with st.container():
        if network in ("residual", "plain"):
            number("Blocks after each convolution", "blocks", default)
        if network == "custom":
            choose_layers(default.layers)
    with st.expander("More settings", key="more", on_change="rerun", bind="query-params", icon="⚙️") as more:
        if more.open:
            _more(default)
    return settled(default)


def settled(default: TrainingSettings) -> TrainingSettings:
    """The settings that the controls and the address stand at; what does not go together is left out."""
    names = [field.name for field in fields(TrainingSettings)]
    values = {name: value_of(name, getattr(default, name), parser(name)) for name in names}
    if values["optimiser"] not in WITH_MOMENTUM:
        values["momentum"] = 0.0
    values["nesterov"] = values["nesterov"] and values["optimiser"] == "sgd" and values["momentum"] > 0
    return TrainingSettings(**values)


def _more(default: TrainingSettings) -> None:
    """Optimiser, images, end and machine, in three columns."""
    optimiser, images, end = st.columns(3, gap="large")
    chosen = value_of("optimiser", default.optimiser, parser("optimiser"))
    with optimiser:
        word("Schedule of the rate", "schedule", default, SCHEDULES.__getitem__)
        number("Momentum", "momentum", default, disabled=chosen not in WITH_MOMENTUM)
        switch("Nesterov's momentum", "nesterov", default, "Looks at the gradient where momentum will lead; SGD only.")
        number("Weight decay", "weight_decay", default, "{:g}".format)
    with images:
        number("Wrong labels on purpose", "label_noise", default, "{:.0%}".format)
        switch("Shuffle the pixels", "shuffle_pixels", default, "Every image's pixels in the same other order.")
        number("Shift by up to", "shift", default, "{:g} px".format)
        number("Turn by up to", "rotate", default, "{:g}°".format)
    with end:
        number(
            "End at a test accuracy of", "target_accuracy", default, lambda share: f"{share:.1%}" if share else "never"
        )
        number("End after tests without progress", "patience", default, lambda tests: str(tests) if tests else "never")
        whole("Seed", "seed", default, "Decides first weights and order of the images: equal seeds, equal trainings.")
        whole("Threads", "threads", default, "Of the processor; 0 leaves one of them to the dashboard.")
        word("Device", "device", default, DEVICES.__getitem__)
        switch("Bit for bit", "exact", default, "As the tutorials' loop, to the last digit of every loss; slower.")


def _choose_recipe(now: TrainingSettings) -> None:
    """A picker of trainings worth seeing; it sets every control but the data set, and stands at the one that is set."""
    same = (name for name, recipe in RECIPES.items() if recipe.settings.but(dataset=now.dataset) == now)
    st.session_state["recipe"] = next(same, OWN)
    st.selectbox(
        "Recipe",
        [OWN, *RECIPES],
        format_func=lambda name: RECIPES[name].label if name in RECIPES else "Your own",
        key="recipe",
        on_change=_apply_recipe,
    )
    with st.container():
        if st.session_state["recipe"] in RECIPES:
            st.caption(RECIPES[st.session_state["recipe"]].lesson)


def _apply_recipe() -> None:
    if st.session_state["recipe"] in RECIPES:
        apply(RECIPES[st.session_state["recipe"]].settings)


def word(label: str, name: str, default: TrainingSettings, format_func: Any) -> str:
    """A choice among names."""
    state = control(name, getattr(default, name), parser(name))
    chosen: str = st.selectbox(label, list(WORDS[name]), format_func=format_func, **state)
    return chosen


def number(label: str, name: str, default: TrainingSettings, format_func: Any = str, *, disabled: bool = False) -> None:
    """A slider over useful values of a setting."""
    state = control(name, getattr(default, name), parser(name))
    options = sorted({*NUMBERS[name], st.session_state[state["key"]]})  # an address may name one in between
    st.select_slider(label, options, format_func=format_func, disabled=disabled, **state)


def switch(label: str, name: str, default: TrainingSettings, sentence: str) -> None:
    """On or off."""
    st.toggle(label, help=sentence, **control(name, getattr(default, name), parser(name)))


def whole(label: str, name: str, default: TrainingSettings, sentence: str) -> None:
    """A whole number to type."""
    limits = LIMITS[name]
    state = control(name, getattr(default, name), parser(name))
    st.number_input(label, int(limits.low), int(limits.high), help=sentence, **state)


def apply(settings: TrainingSettings) -> None:
    """Set every control but the data set to these settings; from a callback."""
    usual = NETWORKS["same_padded"].tutorial.to_dict()
    for name, value in settings.to_dict().items():
        if name != "dataset":
            set_control(name, value)
            if value == usual[name]:
                forget(name)  # an address need not say it
