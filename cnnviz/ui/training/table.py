"""The controls of the training page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnnviz import datasets
from cnnviz.language import mark
from cnnviz.networks import NETWORKS, custom
from cnnviz.refusal import Refusal, quoted
from cnnviz.settings import SETTINGS, Setting
from cnnviz.ui.frame.controls import Control, number, switch, word
from cnnviz.ui.frame.session import RUN, RUN_ID, STEP
from cnnviz.ui.training.inside import LABELS
from cnnviz.ui.training.runs import MOST_COMPARED
from cnnviz.ui.training.settings_form import NAMES

AXES: Mapping[str, str] = {"steps": mark("Steps"), "images": mark("Images"), "seconds": mark("Seconds")}


def controls() -> Sequence[Control]:
    """The table; the data set that a training begins with is one that is here."""
    default = NETWORKS["same_padded"].tutorial.but(dataset=datasets.default())
    return (
        *(control_of(setting, getattr(default, name)) for name, setting in SETTINGS.items()),
        switch("more"),
        switch("network_open"),
        switch("find_rate"),
        RUN,
        STEP,
        word("axis", AXES, "steps"),
        switch("log"),
        word("inside", LABELS, "kernels"),
        Control("compare", [], _runs, ",".join),
    )


def control_of(setting: Setting, default: Any) -> Control:
    """The control of a setting."""
    if setting.limits is not None:
        return number(setting.name, setting.limits, default)
    if setting.kind == "switch":
        return switch(setting.name, default)
    if setting.kind == "text":
        return Control(setting.name, default, _layers)
    return word(setting.name, setting.options or NAMES[setting.name], default)


def _layers(given: str) -> str:
    """Layers that can be built."""
    custom.parse(given)
    return given


def _runs(given: str) -> list[str]:
    """The runs that are named."""
    names = [name for name in given.split(",") if name]
    wrong = next((name for name in names if not RUN_ID.fullmatch(name)), None)
    if wrong is not None:
        raise Refusal("compare names runs by their ids; {given} is none.", given=quoted(wrong))
    if len(names) >= MOST_COMPARED:
        most = MOST_COMPARED - 1
        raise Refusal("compare names at most {most} runs; here are {count:,}.", most=most, count=len(names))
    return names
