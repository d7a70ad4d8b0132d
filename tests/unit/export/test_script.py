"""The script, executed by another interpreter, trains as the run did."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys

import numpy as np
import pytest
import torch

from cnnviz import networks
from cnnviz.datasets import mnist_files, splits
from cnnviz.export import script
from cnnviz.networks import NETWORKS
from cnnviz.settings import SCHEDULES, SETTINGS, TrainingSettings
from cnnviz.training import loop
from cnnviz.training.changes import stretch
from cnnviz.training.curves import batch_losses
from cnnviz.training.records import Change, Reached
from tests.conftest import ROOT

SMALL = TrainingSettings(dataset="digits", network="two_conv", batch_size=32, epochs=2, subset=200, seed=3)
TELL = "\nimport json\nprint('RESULT ' + json.dumps([losses, accuracy]))\n"


def trained(settings, data, changes=()):
    """Losses, final accuracy and steps of a training in this process, on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    one, records = loop.Training(settings, data), []
    waiting = list(changes)
    for record in one.records():
        records.append(record)
        while waiting and waiting[0].step == one.step:
            one.change(waiting.pop(0))
    torch.set_num_threads(before)
    losses = list(batch_losses(records))
    return losses, records[-1].accuracy, len(losses), any(isinstance(r, Reached) for r in records)


def executed_here(text, folder):
    """Losses and accuracy of a script, run by this interpreter."""
    path = folder / "run.py"
    path.write_text(text, "utf-8")
    assert "cnnviz" not in text.split('"""', 2)[2]
    before = torch.get_num_threads()
    scope = runpy.run_path(str(path))
    torch.set_num_threads(before)
    return scope["losses"], scope["accuracy"]


def executed(text, folder, *arguments):
    """Losses and accuracy of a script that runs where this package is not to be found."""
    path = folder / "run.py"
    path.write_text(text + TELL, "utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-I", str(path), *arguments],
        capture_output=True,
        cwd=folder,
        env=environment,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "cnnviz" not in text.split('"""', 2)[2]
    return json.loads(done.stdout.split("RESULT ")[1])


@pytest.mark.parametrize(
    ("agreement", "changes"),
    [
        ("digit", {"exact": True}),
        ("digit", {"batch_size": 10, "subset": 60}),
        ("rounding", {"optimiser": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        ("rounding", {"schedule": "one_cycle"}),
        ("rounding", {"optimiser": "rmsprop", "label_noise": 0.3, "shuffle_pixels": True, "schedule": "step"}),
        ("digit", {"network": "custom", "layers": "conv 4 k3 bn gelu mean drop30; conv 8 k3 s2 leaky", "shift": 2.0}),
        ("rounding", {"rotate": 9.0, "normalisation": "half"}),
        ("digit", {"network": "residual", "blocks": 2, "optimiser": "adamw", "schedule": "cosine"}),
        ("rounding", {"network": "inception", "subset": 100}),
    ],
)  # fmt: skip
def test_it_gives_the_same_losses(digits_data, tmp_path, agreement, changes):
    settings = SMALL.but(**changes)
    losses, accuracy, steps, _ = trained(settings, digits_data)
    text = script.script(settings, name="a run", steps=steps, threads=1)
    theirs, their_accuracy = executed_here(text, tmp_path)
    to_the_digit = agreement == "digit"
    assert ("to the last digit" in text, "to rounding" in text) == (to_the_digit, not to_the_digit)
    if to_the_digit:
        assert theirs == losses
    np.testing.assert_allclose(theirs, losses, atol=5e-4)
    assert their_accuracy == pytest.approx(accuracy, abs=1e-6 if to_the_digit else 1.5 / len(digits_data.test_labels))


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("target", [0.0, 0.3])
def test_more_epochs_give_the_same_losses(digits_data, tmp_path, schedule, target):
    """Also where the first training had ended early, and was stretched twice, with another rate at once."""
    settings = SMALL.but(subset=60, batch_size=10, learning_rate=0.02, schedule=schedule, target_accuracy=target)
    before, losses, state, changes = torch.get_num_threads(), [], None, []
    torch.set_num_threads(1)
    for epochs in (2, 5, 6):
        longer = settings.but(epochs=epochs, target_accuracy=target if epochs == 2 else 0.0)
        one = loop.Training(longer, digits_data, state)
        if epochs > 2:
            made = [*stretch(settings.but(epochs=2), epochs, changes), Change({"learning_rate": 0.01 / epochs})]
            changes += [Change(c.settings, one.step if c.step is None else c.step) for c in made]
            one.change(made[-1])
        records = list(one.records())
        losses += batch_losses(records)
        state = one.state()
    torch.set_num_threads(before)
    text = script.script(longer, name="a run", steps=len(losses), threads=1, changes=changes)
    assert "to the last digit" in text
    assert executed_here(text, tmp_path)[0] == losses


@pytest.mark.slow
def test_on_mnist_with_changes_and_an_early_end(mnist, tmp_path):
    settings = SMALL.but(
        dataset="mnist", subset=2000, optimiser="sgd", learning_rate=0.01, epochs=4, target_accuracy=0.5, exact=True
    )
    changes = [Change({"learning_rate": 0.1}, 7), Change({"momentum": 0.5, "weight_decay": 1e-3}, 20)]
    losses, accuracy, steps, reached = trained(settings, mnist, changes)
    assert reached
    text = script.script(settings, name='"""; import os', steps=steps, threads=1, changes=changes)
    theirs, their_accuracy = executed(text, tmp_path, str(mnist_files.locate()))
    assert theirs == losses
    assert their_accuracy == pytest.approx(accuracy, abs=1e-6)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_is_written_as_it_is_built(name):
    settings = NETWORKS[name].tutorial.but(blocks=3)
    text = script.script(settings, name="a run", steps=1, threads=1)
    scope: dict = {}
    exec(text[: text.index("network = network.to")].split("def load")[0], scope)
    exec("torch.manual_seed(SEED)\n" + text[text.index("network = chain(") : text.index("network = network.to")], scope)
    ours = networks.build(settings).state_dict()
    theirs = scope["network"].state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


OTHERS = {  # than the defaults, where there is more to it than the next word or position
    "nesterov": {"nesterov": True, "optimiser": "sgd", "momentum": 0.9},
    "momentum": {"momentum": 0.9, "optimiser": "sgd"},
    "blocks": {"blocks": 2, "network": "plain"},
    "layers": {"layers": "conv 4 k3", "network": "custom"},
    "device": {"device": "mps"},
    "network": {"network": "dense"},
    "dataset": {"dataset": "mnist"},
    "seed": {"seed": 8},
}


def other(setting):
    """Settings in which one is another than in SMALL."""
    if setting.name in OTHERS:
        return OTHERS[setting.name]
    if setting.kind == "switch":
        return {setting.name: not setting.default}
    choices = list(setting.options or setting.positions)
    return {setting.name: next(choice for choice in reversed(choices) if choice != getattr(SMALL, setting.name))}


DECIDING = [setting for setting in SETTINGS.values() if setting.script != "none" and setting.name != "threads"]


@pytest.mark.parametrize("setting", DECIDING, ids=lambda setting: setting.name)
def test_what_decides_the_losses_is_written(setting):
    """A setting that is new either changes the script, or is declared to decide no loss."""
    changed = other(setting)
    before = SMALL.but(**{name: value for name, value in changed.items() if name != setting.name})
    first, second = (script.script(one, name="a run", steps=5, threads=1) for one in (before, SMALL.but(**changed)))
    assert first != second
    if setting.script == "constant":
        assert second.count(setting.constant) > 1, f"the script says {setting.constant}, and nothing in it reads it"


@pytest.mark.parametrize("name", [name for name, setting in SETTINGS.items() if setting.script == "none"])
def test_what_decides_no_loss_is_left_out(name):
    changed = SMALL.but(**{name: SETTINGS[name].positions[-1]})
    assert script.script(changed, name="x", steps=5, threads=1) == script.script(SMALL, name="x", steps=5, threads=1)


def test_the_readme_is_not_needed_to_read_it():
    text = script.script(SMALL, name="x\nimport os\u202e", steps=5, threads=1)
    assert text.startswith('"""ximport os\n')
    assert max(map(len, text.splitlines())) < 160
    assert str(ROOT) not in text


def test_a_refusal_is_a_value_error_with_the_same_sentence():
    scope: dict = {"np": np}
    exec(script._source(splits.stratified), scope)
    with pytest.raises(ValueError, match=re.escape("A subset must have 2 to 4 images, and not 1,000.")):
        scope["stratified"](np.array([0, 0, 1, 1]), 1000, seed=0)
