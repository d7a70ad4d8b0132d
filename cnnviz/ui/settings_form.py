"""The controls of a training: bounded by the limits that the settings record checks, and kept in the address."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import streamlit as st

from cnnviz import datasets
from cnnviz.datasets import DATASETS
from cnnviz.networks import NETWORKS
from cnnviz.settings import LIMITS, NORMALISATIONS, OPTIMISERS, TrainingSettings
from cnnviz.ui.session import control, number_among, one_of, set_control

NUMBERS: dict[str, list[Any]] = {
    "learning_rate": [float(f"{digit}e{power}") for power in range(-6, 1) for digit in (1, 2, 5)] + [10.0],
    "momentum": [0.0, 0.5, 0.9, 0.95, 0.99],
    "batch_size": [1, 2, 5, 10, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000],
    "epochs": list(range(1, 51)),
    "subset": [0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000],
}
WORDS: dict[str, Collection[str]] = {
    "dataset": DATASETS,
    "network": NETWORKS,
    "normalisation": NORMALISATIONS,
    "optimiser": OPTIMISERS,
}
NORMALISATION_LABELS = {
    "none": "None: pixels from 0 to 1",
    "half": "Mean .5, deviation .5",
    "mnist": "Mean .1307, deviation .3081",
}


def settings_form() -> TrainingSettings:
    """Draw the controls; the settings that they stand at."""
    default = NETWORKS["same_padded"].tutorial.but(dataset=datasets.default())
    columns = st.columns(4)
    with columns[0]:
        dataset = word("Data set", "dataset", default, lambda name: DATASETS[name].label)
        learning_rate = number("Learning rate", "learning_rate", default, "{:g}".format)
    with columns[1]:
        network = word("Network", "network", default, lambda name: NETWORKS[name].label)
        batch_size = number("Batch size", "batch_size", default)
    with columns[2]:
        optimiser = word("Optimiser", "optimiser", default, OPTIMISERS.__getitem__)
        epochs = number("Epochs", "epochs", default)
    with columns[3]:
        normalisation = word("Normalisation", "normalisation", default, NORMALISATION_LABELS.__getitem__)
        subset = number("Training images", "subset", default, lambda count: f"{count:,}" if count else "all")
    st.caption(NETWORKS[network].lesson)
    left, right = st.columns(2)
    with left.popover("More settings", width="stretch"):
        momentum = number("Momentum of SGD", "momentum", default, disabled=optimiser != "sgd")
        seed = pick_seed(default)
        exact = st.toggle(
            "Bit for bit as the tutorials' loop",
            help="The same numbers to the last digit, at a lower speed.",
            **control("exact", default.exact, lambda text: one_of("exact", ("True", "False"))(text) == "True"),
        )
    right.button(
        "Settings of the tutorial", on_click=apply, args=(NETWORKS[network].tutorial,), key="tutorial", width="stretch"
    )
    return TrainingSettings(
        dataset=dataset,
        network=network,
        normalisation=normalisation,
        optimiser=optimiser,
        learning_rate=learning_rate,
        momentum=momentum if optimiser == "sgd" else 0.0,
        batch_size=batch_size,
        epochs=epochs,
        subset=subset,
        seed=seed,
        exact=exact,
    )


def word(label: str, name: str, default: TrainingSettings, format_func: Any) -> str:
    """A choice among names."""
    state = control(name, getattr(default, name), one_of(name, WORDS[name]))
    chosen: str = st.selectbox(label, list(WORDS[name]), format_func=format_func, **state)
    return chosen


def number(label: str, name: str, default: TrainingSettings, format_func: Any = str, *, disabled: bool = False) -> Any:
    """A slider over useful values of a setting."""
    state = control(name, getattr(default, name), number_among(name, LIMITS[name], NUMBERS[name]))
    return st.select_slider(label, NUMBERS[name], format_func=format_func, disabled=disabled, **state)


def pick_seed(default: TrainingSettings) -> int:
    """The seed of weights and order."""
    limits = LIMITS["seed"]
    state = control("seed", default.seed, lambda text: int(limits.parse("seed", text)))
    help_text = "Decides the first weights and the order of the images: equal seeds give equal trainings."
    return st.number_input("Seed", int(limits.low), int(limits.high), help=help_text, **state)


def apply(settings: TrainingSettings) -> None:
    """Set every control but the data set and the network to these settings."""
    for name, value in settings.to_dict().items():
        if name not in ("dataset", "network"):
            set_control(name, value)
