"""Training from the page: every control, Start and Stop, bad addresses, faults."""

import os
import re
import signal

import pytest

from cnnviz.recipes import RECIPES
from cnnviz.runs import current_store
from cnnviz.runs.jobs import current_jobs
from cnnviz.settings import LIMITS
from cnnviz.ui.settings_form import NUMBERS, SWITCHES, WORDS

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
    app = visit("training", **LONG, more="true")
    for option in WORDS[name]:
        if option == "mnist" and name == "dataset":
            continue  # a long test set for a run that is stopped at once
        picker = app.selectbox(key=f"{name}_control")
        if picker.value != option:
            picker.set_value(option).run()
            assert app.query_params[name] == option
        start(app)
        if option in ("cuda", "mps") and app.error:
            assert f"This computer has no {option}; use" in app.error[0].value
            continue
        run = shown_run(app)
        assert run.settings[name] == option
        current_store().stop(run.id)


@pytest.mark.parametrize("name", NUMBERS)
def test_every_slider_reaches_the_run(visit, name):
    network = "plain" if name == "blocks" else "two_conv"
    app = visit("training", **{**LONG, "network": network}, optimiser="sgd", more="true")
    value = NUMBERS[name][3]
    app.select_slider(key=f"{name}_control").set_value(value).run()
    run = shown_run(start(app))
    assert run.settings[name] == value
    assert not app.exception


def test_switches_and_typed_numbers_reach_the_run(visit):
    app = visit("training", **LONG, optimiser="sgd", momentum="0.9", more="true")
    for name, value in (("seed", 77), ("threads", 1)):
        app.number_input(key=f"{name}_control").set_value(value).run()
    for name in SWITCHES:
        app.toggle(key=f"{name}_control").set_value(True).run()
    run = shown_run(start(app))
    assert {name: run.settings[name] for name in SWITCHES} == dict.fromkeys(SWITCHES, True)
    assert (run.settings["seed"], run.settings["threads"]) == (77, 1)


def test_what_is_set_stays_set_while_it_is_hidden(visit):
    app = visit("training", **LONG, label_noise="0.3", schedule="cosine")
    assert not [slider for slider in app.select_slider if slider.key == "label_noise_control"]
    run = shown_run(start(app))
    assert (run.settings["label_noise"], run.settings["schedule"]) == (0.3, "cosine")


def test_momentum_is_left_out_where_there_is_none(visit):
    app = visit("training", **LONG, optimiser="adam", momentum="0.9", nesterov="True")
    run = shown_run(start(app))
    assert (run.settings["momentum"], run.settings["nesterov"]) == (0.0, False)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_sets_the_controls(visit, name):
    app = visit("training", dataset="digits", more="true")
    app.selectbox(key="recipe").set_value(name).run()
    assert not app.exception
    assert any(RECIPES[name].lesson in caption.value for caption in app.caption)
    wanted = RECIPES[name].settings
    assert app.selectbox(key="network_control").value == wanted.network
    assert app.select_slider(key="learning_rate_control").value == wanted.learning_rate
    app.select_slider(key="subset_control").set_value(200).run()
    app.select_slider(key="batch_size_control").set_value(50).run()
    run = shown_run(start(app))
    current_store().stop(run.id)
    assert run.training_settings == wanted.but(dataset="digits", subset=200, batch_size=50)


def test_a_network_of_ones_own(visit):
    app = visit("training", **{**LONG, "network": "custom"})
    layers = app.text_input(key="layers_control")
    layers.set_value("conv 8 k9 max; conv 8 k9 max; conv 8 k9").run()
    assert "kernel 9 does not fit a 1x1 map after layer 2" in app.error[0].value
    start(app)
    assert any("kernel 9 does not fit" in error.value for error in app.error)
    assert not app.exception
    app.text_input(key="layers_control").set_value("conv 4 k3 s2 p1 relu").run()
    assert not app.error
    run = shown_run(start(app))
    assert run.settings["layers"] == "conv 4 k3 s2 p1 relu"
    assert visit("training", network="custom", layers="fourier").warning


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
    "label_noise": ["2", "nan"],
    "blocks": ["0", "13"],
    "patience": ["-1", "1e9"],
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
