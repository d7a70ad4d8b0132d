"""Training from the page: every control, Start and Stop, bad addresses, faults."""

import os
import re
import signal

import pytest

from cnnviz.runs import current_store
from cnnviz.runs.jobs import current_jobs
from cnnviz.settings import LIMITS
from cnnviz.ui.settings_form import NUMBERS, WORDS

SHORT = {"dataset": "digits", "network": "two_conv", "batch_size": "32", "epochs": "2"}
LONG = SHORT | {"epochs": "50", "batch_size": "2"}


def metric(app, label):
    return next(m.value for m in app.metric if m.label == label)


def start(app):
    return app.button(key="start").click().run()


def shown_run(app):
    return current_store().get(app.selectbox(key="run_picker").value)


def test_start_trains_and_shows_the_result(visit, until):
    app = start(visit("training", **SHORT))
    assert not app.exception
    until(app, lambda page: metric(page, "State") == "finished")
    run = shown_run(app)
    assert app.query_params["run"] == run.id
    assert run.name == "Two convolutions · Adam 0.001 · 2 epochs"
    assert metric(app, "Test accuracy") == f"{run.accuracy:.2%}"
    final = next(m for m in current_store().measurements(run.id)[0] if m.split == "final")
    assert any(f"**{final.accuracy:.2%}** of all 360 test images are right" in m.value for m in app.markdown)
    assert app.button(key="stop").disabled


@pytest.mark.parametrize("name", WORDS)
def test_every_choice_reaches_the_run(visit, name):
    app = visit("training", **LONG)
    for option in WORDS[name]:
        if option == "mnist" and name == "dataset":
            continue  # a long test set for a run that is stopped at once
        picker = app.selectbox(key=f"{name}_control")
        if picker.value != option:
            picker.set_value(option).run()
            assert app.query_params[name] == option
        run = shown_run(start(app))
        assert run.settings[name] == option
        current_store().stop(run.id)


@pytest.mark.parametrize("name", NUMBERS)
def test_every_slider_reaches_the_run(visit, name):
    app = visit("training", **LONG, optimiser="sgd")
    value = NUMBERS[name][3]
    app.select_slider(key=f"{name}_control").set_value(value).run()
    run = shown_run(start(app))
    assert run.settings[name] == value
    assert not app.exception


def test_seed_and_exactness_reach_the_run(visit):
    app = visit("training", **LONG)
    app.number_input(key="seed_control").set_value(77).run()
    app.toggle(key="exact_control").set_value(True).run()
    run = shown_run(start(app))
    assert (run.settings["seed"], run.settings["exact"]) == (77, True)


def test_the_tutorials_settings_are_one_press_away(visit):
    app = visit("training", network="strided")
    app.button(key="tutorial").click().run()
    assert app.select_slider(key="batch_size_control").value == 100
    assert app.selectbox(key="normalisation_control").value == "half"
    assert app.query_params["batch_size"] == "100"


def test_stop(visit, until):
    app = start(visit("training", **LONG, seed="5"))
    until(app, lambda page: shown_run(page).step > 0)
    app.button(key="stop").click().run()
    until(app, lambda page: metric(page, "State") == "stopped")
    assert any("The weights up to the last snapshot are kept" in info.value for info in app.info)


def test_pressing_start_again_shows_the_same_run(visit):
    app = start(visit("training", **LONG, seed="6"))
    first = shown_run(app).id
    assert shown_run(start(app)).id == first
    assert shown_run(start(visit("training", **LONG, seed="6"))).id == first
    assert "already running" in start(app).toast[0].value


def test_a_reload_finds_the_run_again(visit):
    run = shown_run(start(visit("training", **LONG, seed="7")))
    again = visit("training", run=run.id)
    assert shown_run(again).id == run.id
    assert metric(again, "State") in ("running", "queued")


BAD = {
    "learning_rate": ["nan", "inf", "-1", "0", "1e308", "1_000", "١٢", "9" * 400],
    "epochs": ["0", "-1", "2.5", "1e9"],
    "batch_size": ["0", "1e9", "x"],
    "seed": ["-1", str(2**70)],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_setting_in_the_address_is_told_with_the_legal_range(visit, name, value):
    app = visit("training", **{name: value})
    assert not app.exception
    limits = LIMITS[name]
    legal = f"from {limits.low:g} to {limits.high:g}"
    assert any(legal in warning.value and name.replace("_", " ") in warning.value for warning in app.warning)


@pytest.mark.parametrize(("name", "value"), [("network", "lenet"), ("dataset", "<script>"), ("optimiser", "")])
def test_a_bad_word_in_the_address_is_told(visit, name, value):
    app = visit("training", **{name: value})
    assert not app.exception
    assert any(f"{name} must be one of" in warning.value for warning in app.warning)


def test_a_batch_larger_than_the_data_is_refused_on_the_page(visit):
    before = len(current_store().newest("training"))
    app = start(visit("training", dataset="digits", batch_size="500", subset="100"))
    assert "A batch of 500 needs as many training images" in app.error[0].value
    assert len(current_store().newest("training")) == before
    assert not app.exception


def test_a_diverging_training_says_so(visit, until):
    app = start(visit("training", dataset="digits", network="dense", learning_rate="10", epochs="50"))
    until(app, lambda page: metric(page, "State") == "diverged")
    assert re.search(r"Diverged at step \d+: .* the learning rate 10 is too high; try 1", app.info[0].value)


def test_a_killed_training_says_so_and_others_go_on(visit, until):
    app = start(visit("training", **LONG, seed="8"))
    until(app, lambda page: shown_run(page).step > 0)
    os.kill(current_jobs().children[shown_run(app).id].pid, signal.SIGKILL)
    until(app, lambda page: metric(page, "State") == "crashed")
    assert "Press Start to train again" in app.info[0].value
    until(start(visit("training", **SHORT, seed="9")), lambda page: metric(page, "State") == "finished")
