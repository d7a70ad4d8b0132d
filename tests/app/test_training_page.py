"""Training from the page: every control, Start and Stop, bad addresses, faults."""

import json
import math
import os
import re
import signal
import time

import pytest
from safetensors.numpy import save

from cnnviz.export.files import metrics_csv, settings_json
from cnnviz.figures.training import AXES
from cnnviz.runs import demo
from cnnviz.runs.jobs.jobs import current_jobs
from cnnviz.runs.store import current_artifacts, current_store
from cnnviz.runs.store.run_table import legible
from cnnviz.settings import SETTINGS, limits
from cnnviz.training.recipes import RECIPES
from cnnviz.training.records import Change
from cnnviz.ui.frame.address import MEMORY
from cnnviz.ui.frame.snapshots import Seen
from cnnviz.ui.training import files
from cnnviz.ui.training.settings_form import NAMES
from cnnviz.ui.training.words import escaped
from tests.app.conftest import picker

WORDS = {name: NAMES.get(name) or s.options for name, s in SETTINGS.items() if s.kind in ("word", "name")}
SLIDERS = {name: s.positions for name, s in SETTINGS.items() if s.positions}
SWITCHES = [name for name, s in SETTINGS.items() if s.kind == "switch"]
SHORT = {"dataset": "digits", "network": "two_conv", "batch_size": "32", "epochs": "2"}
ENDLESS = {"dataset": "mnist", "network": "two_conv", "batch_size": "1", "epochs": "50"}  # three million steps


def line(app):
    """All that is told of the run in one line."""
    return app.get("progress")[0].proto.text


def state(app):
    """The word for how it stands, with which the line begins."""
    return re.match(r"\*\*(.+?)\*\*", line(app))[1]


def words(app):
    """What is said of the run, and of its curves, without the backslashes that Markdown needs."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", " ".join(m.value for m in app.markdown))


def start(app):
    return app.button(key="start").click().run()


def name_field(app):
    return next(field for field in app.text_input if field.label == "Name")


def shown_run(app):
    return current_store().runs.get(app.selectbox(key="run").value)


def test_start_trains_and_shows_the_result(visit, until):
    app = start(visit("training", **SHORT))
    assert not app.exception
    until(app, lambda page: state(page) == "finished")
    run = shown_run(app)
    assert app.query_params["run"] == run.id
    assert run.name == "Two convolutions · Adam 0.001 · 2 epochs"
    final = next(m for m in current_store().records.measurements(run.id)[0] if m.split == "final")
    assert final.accuracy == run.accuracy
    assert f"**{final.accuracy:.2%}** of all 360 test images, test loss {final.loss:.4f}" in line(app)
    assert app.button(key="stop").disabled


@pytest.mark.parametrize("name", WORDS)
def test_every_choice_reaches_the_run(visit, name):
    app = visit("training", **ENDLESS, more="true")
    for option in WORDS[name]:
        picker = app.selectbox(key=name)
        if picker.value != option:
            picker.set_value(option).run()
            assert app.query_params[name] == option
        start(app)
        if option in ("cuda", "mps") and app.error:
            assert f"This computer has no {option}; use" in app.error[0].value
            continue
        run = shown_run(app)
        assert run.settings[name] == option
        current_store().requests.stop(run.id)


@pytest.mark.parametrize("name", SLIDERS)
def test_every_slider_reaches_the_run(visit, name):
    network = "plain" if name == "blocks" else "two_conv"
    app = visit("training", **{**ENDLESS, "network": network}, optimiser="sgd", more="true")
    value = SLIDERS[name][3]
    app.select_slider(key=name).set_value(value).run()
    run = shown_run(start(app))
    assert run.settings[name] == value
    assert not app.exception


def test_switches_and_typed_numbers_reach_the_run(visit):
    app = visit("training", **ENDLESS, optimiser="sgd", momentum="0.9", more="true")
    for name, value in (("seed", 77), ("threads", 1)):
        app.number_input(key=name).set_value(value).run()
    for name in SWITCHES:
        app.toggle(key=name).set_value(True).run()
    run = shown_run(start(app))
    assert {name: run.settings[name] for name in SWITCHES} == dict.fromkeys(SWITCHES, True)
    assert (run.settings["seed"], run.settings["threads"]) == (77, 1)


def test_what_is_set_stays_set_while_it_is_hidden(visit):
    app = visit("training", **ENDLESS, label_noise="0.3", schedule="cosine")
    assert not [slider for slider in app.select_slider if slider.key == "label_noise"]
    run = shown_run(start(app))
    assert (run.settings["label_noise"], run.settings["schedule"]) == (0.3, "cosine")


def test_momentum_is_left_out_where_there_is_none(visit):
    app = visit("training", **ENDLESS, optimiser="adam", momentum="0.9", nesterov="True")
    run = shown_run(start(app))
    assert (run.settings["momentum"], run.settings["nesterov"]) == (0.0, False)


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_sets_the_controls(visit, name):
    app = visit("training", dataset="digits", more="true")
    picker(app, "recipe").set_value(name).run()
    assert not app.exception
    assert any(RECIPES[name].description in caption.value for caption in app.caption)
    wanted = RECIPES[name].settings
    assert app.selectbox(key="network").value == wanted.network
    assert app.select_slider(key="learning_rate").value == wanted.learning_rate
    app.select_slider(key="subset").set_value(200).run()
    app.select_slider(key="batch_size").set_value(50).run()
    run = shown_run(start(app))
    current_store().requests.stop(run.id)
    assert run.training_settings == wanted.but(dataset="digits", subset=200, batch_size=50)


def test_a_network_of_ones_own(visit):
    app = visit("training", **{**ENDLESS, "network": "custom"})
    layers = app.text_input(key="layers")
    layers.set_value("conv 8 k9 max; conv 8 k9 max; conv 8 k9").run()
    assert "kernel 9 does not fit a 1x1 map after layer 2" in app.error[0].value
    assert app.button(key="start").disabled
    assert not app.exception
    app.text_input(key="layers").set_value("conv 4 k3 s2 p1 relu").run()
    assert not app.error
    run = shown_run(start(app))
    assert run.settings["layers"] == "conv 4 k3 s2 p1 relu"
    assert visit("training", network="custom", layers="fourier").warning


def test_a_recipe_is_shown_as_long_as_it_is_what_is_set(visit):
    app = visit("training")
    picker(app, "recipe").set_value("rate_too_high").run()
    assert picker(visit("training", **app.query_params), "recipe").value == "rate_too_high"
    app.select_slider(key="learning_rate").set_value(0.001).run()
    assert picker(app, "recipe").value == "own"
    assert not [caption for caption in app.caption if RECIPES["rate_too_high"].description in caption.value]


@pytest.mark.parametrize(("name", "value"), [("learning_rate", 0.003), ("subset", 73), ("batch_size", 37)])
def test_an_address_may_name_a_value_between_those_of_a_slider(visit, name, value):
    app = visit("training", **(ENDLESS | {name: str(value)}))
    assert app.select_slider(key=name).value == value
    run = shown_run(start(app))
    assert run.settings[name] == value
    app.button(key="stop").click().run()
    app.select_slider(key=name).set_value(SLIDERS[name][4]).run()
    assert app.select_slider(key=name).value == SLIDERS[name][4]
    assert not app.exception


def test_stop(visit, until):
    app = start(visit("training", **ENDLESS, seed="5"))
    until(app, lambda page: shown_run(page).step > 0)
    app.button(key="stop").click().run()
    until(app, lambda page: state(page) == "stopped")
    assert "Resume goes on exactly here" in words(app)
    at = shown_run(app).step
    app.button(key="resume").click().run()
    until(app, lambda page: shown_run(page).step > at)
    assert state(app) == "running"


def test_pause_one_batch_and_resume(visit, until):
    app = start(visit("training", **ENDLESS, seed="15"))
    until(app, lambda page: state(page) == "running")
    assert app.button(key="one_batch").disabled
    app.button(key="pause").click().run()
    until(app, lambda page: state(page) == "paused")
    at = shown_run(app).step
    app.button(key="one_batch").click().run()
    until(app, lambda page: shown_run(page).step == at + 1)
    assert "Paused" in words(app)
    app.button(key="resume").click().run()
    until(app, lambda page: shown_run(page).step > at + 20)
    assert state(app) == "running"
    assert not app.exception


def under_way(app, name):
    """The slider of a setting while a training runs: its key counts how often the setting was changed elsewhere."""
    (found,) = (slider for slider in app.select_slider if re.fullmatch(rf"now_{name}(_\d+)?", slider.key))
    return found


def test_a_change_under_way_is_marked(visit, until):
    app = start(visit("training", **ENDLESS, seed="16", optimiser="sgd", momentum="0.5", learning_rate="0.01"))
    until(app, lambda page: shown_run(page).step > 5)
    for name, value in (("learning_rate", 0.05), ("momentum", 0.9), ("weight_decay", 1e-4)):
        under_way(app, name).set_value(value).run()
    run = shown_run(app)
    until(app, lambda page: len([c for _, c in current_store().requests.changes(run.id) if c.step]) == 3)
    compared = visit("training", run=run.id, compare="demo-mnist")
    beside = until(compared, lambda page: "Learning rate" in page.dataframe[-1].value).dataframe[-1].value
    assert list(beside["Learning rate"]) == ["0.01, later 0.05", "0.01"]
    assert [change.settings for _, change in current_store().requests.changes(run.id)] == [
        {"learning_rate": 0.05},
        {"momentum": 0.9},
        {"weight_decay": 1e-4},
    ]
    until(app, lambda page: "rate 0.05" in data_of(page, "plotly_view")[0]["figure"])
    until(app, lambda page: state(page) == "running")
    app.button(key="pause").click().run()
    until(app, lambda page: state(page) == "paused")
    for value in (0.1, 0.2):
        under_way(app, "learning_rate").set_value(value).run()
    app.button(key="one_batch").click().run()
    until(app, lambda page: "rate 0.2" in data_of(page, "plotly_view")[0]["figure"])
    assert "rate 0.1" not in data_of(app, "plotly_view")[0]["figure"]  # both were made at one step
    app.button(key="resume").click().run()
    under_way(app, "learning_rate").set_value(0.05).run()
    assert under_way(app, "learning_rate").value == 0.05
    current_store().requests.stop(run.id)
    until(app, lambda page: state(page) == "stopped")
    assert under_way(app, "learning_rate").disabled


def test_more_epochs(visit, until):
    app = start(visit("training", **SHORT, seed="17"))
    until(app, lambda page: state(page) == "finished")
    assert shown_run(app).steps == 90
    app.slider(key="epochs_more").set_value(3).run()
    app.button(key="add_epochs").click().run()
    until(app, lambda page: state(page) == "finished" and shown_run(page).step == 225)
    assert shown_run(app).name == name_field(app).value == "Two convolutions · Adam 0.001 · 5 epochs"


def finals(app):
    """What the page says of the whole test set."""
    return re.findall("of all [0-9,]+ test images, test loss", line(app))


def test_more_epochs_stretch_the_schedule_and_say_so(visit, until):
    app = start(visit("training", **SHORT, seed="37", schedule="cosine", learning_rate="0.002"))
    until(app, lambda page: state(page) == "finished")
    assert len(finals(app)) == 1
    app.slider(key="epochs_more").set_value(40).run()
    rate = 0.002 * (1 + math.cos(math.pi * 2 / 42)) / 2
    assert any(f"all 42 epochs: the learning rate goes from 0 to {rate:.2g}" in c.value for c in app.caption)
    app.button(key="add_epochs").click().run()
    until(app, lambda page: shown_run(page).step > 90)
    app.button(key="stop").click().run()
    until(app, lambda page: state(page) == "stopped")
    run = shown_run(app)
    assert finals(app) == []  # that was another step
    tested = [m for m in current_store().records.measurements(run.id)[0] if m.split in ("test", "final")]
    of = f"of 360 test images at step {tested[-1].step:,}"  # the sample is no smaller than the set
    assert f"**{tested[-1].accuracy:.2%}** {of}" in line(app)
    now = 0.002 * (1 + math.cos(math.pi * run.step / run.steps)) / 2
    assert f"learning rate {now:.2g}" in line(app)
    assert [m.step for m in tested if m.split == "final"] == [90]
    assert [m.step for m in current_store().records.measurements(run.id)[0] if m.split == "epoch"][:2] == [45, 90]


def test_a_run_that_waits_says_for_what(visit, until):
    app = start(visit("training", **ENDLESS, seed="18"))
    until(app, lambda page: shown_run(page).step > 0)
    for seed in range(19, 19 + max(1, (os.cpu_count() or 2) - 1)):
        app = start(visit("training", **ENDLESS, seed=str(seed)))
    until(app, lambda page: "Before it" in words(page))
    waits = next(m.value for m in app.markdown if "Before it" in m.value)
    names = re.findall(r"\[(.+?)\]\(training\?run=(\w+)\) \((\w+), step [\d,]+ of [\d,]+\)", waits)
    before = [current_store().runs.get(run_id) for _, run_id, _ in names]
    assert [(escaped(run.name), run.id) for run in before] == [(name, run_id) for name, run_id, _ in names]
    assert {state for *_, state in names} <= {"running", "queued"}
    assert app.button(key="pause").disabled


def test_what_another_visitor_did_has_no_effect_and_is_said(visit, until):
    app = start(visit("training", **ENDLESS, seed="31"))
    until(app, lambda page: state(page) == "running")
    run = shown_run(app)
    current_store().requests.stop(run.id)
    while current_store().runs.get(run.id).active:
        time.sleep(0.05)
    app.button(key="pause").click().run()
    assert "No effect: this run is stopped" in app.toast[0].value
    assert not app.exception


def data_of(app, name):
    """What the components of a kind were given."""
    views = [view.proto for view in app.get("bidi_component") if name in view.proto.component_name]
    return [json.loads(view.json) for view in views]


@pytest.mark.parametrize("axis", AXES)
def test_the_axis_and_the_scale(visit, axis):
    app = visit("training", run="demo-digits", axis=axis, log="True")
    loss, accuracy = (json.loads(view["figure"])["layout"] for view in data_of(app, "plotly_view")[:2])
    assert loss["xaxis"]["title"]["text"] == accuracy["xaxis"]["title"]["text"] == AXES[axis]
    assert (loss["yaxis"]["type"], accuracy["yaxis"].get("type")) == ("log", None)
    app.segmented_control(key="axis").set_value("steps").run()
    app.toggle(key="log").set_value(False).run()
    assert json.loads(data_of(app, "plotly_view")[0]["figure"])["layout"]["xaxis"]["title"]["text"] == "Step"
    assert app.query_params["axis"] == "steps"


def test_a_bad_axis_is_told(visit):
    app = visit("training", axis="<b>", log="1", inside="x")
    assert len([w for w in app.warning if "must be one of" in w.value]) == 3
    assert not app.exception


def test_inside_at_a_step(visit):
    app = visit("training", run="demo-digits", step="20", inside="kernels")
    steps = current_store().records.snapshots("demo-digits")
    (slider,) = data_of(app, "step_slider")
    assert (slider["steps"], slider["chosen"]) == (steps, 20)
    assert len(slider["losses"]) == (len(steps) - 1) * 8 + 1
    last = visit("training", run="demo-digits", inside="kernels")
    first, late = (data_of(page, "feature_maps")[0]["rows"][0]["maps"]["values"] for page in (app, last))
    assert first != late
    app.segmented_control(key="inside").set_value("predictions").run()
    (gallery,) = data_of(app, "gallery")
    assert len(gallery["tiles"]) == 12
    early = next(c.value for c in app.caption if "test images are right" in c.value)
    assert "After step 20:" in early
    for look in ("layers", "map"):
        app.segmented_control(key="inside").set_value(look).run()
        assert not app.exception


def test_a_fresh_run_shows_its_layers_and_its_map(visit, until):
    app = start(visit("training", **SHORT, seed="32", inside="map"))
    until(app, lambda page: state(page) == "finished")
    assert len(data_of(app, "plotly_view")) == 3
    app.segmented_control(key="inside").set_value("layers").run()
    gradients = json.loads(data_of(app, "plotly_view")[2]["figure"])
    assert [trace["name"] for trace in gradients["data"]] == ["conv1", "conv2", "dense"]
    assert [trace["name"] for trace in json.loads(data_of(app, "plotly_view")[3]["figure"])["data"]] == [
        "relu1",
        "relu2",
    ]


def test_two_runs_side_by_side_and_how_they_differ(visit):
    app = visit("training", run="demo-mnist")
    app.multiselect(key="compare").select("demo-digits").run()
    assert app.query_params["compare"] == "demo-digits"
    overlay = json.loads(data_of(app, "plotly_view")[-1]["figure"])
    assert len(overlay["data"]) == 4
    table = app.dataframe[-1].value
    mine, other = (current_store().runs.get(run_id).settings for run_id in ("demo-mnist", "demo-digits"))
    differing = [n.replace("_", " ").capitalize() for n in mine if str(mine[n]) != str(other.get(n))]
    assert list(table.columns) == ["Run", "Accuracy", "Test images", "Best test", "Training time", *differing]
    assert list(table["Dataset"]) == ["mnist", "digits"]
    current_store().requests.change("demo-digits", Change({"learning_rate": 0.5}))  # refused: it has ended
    assert list(app.run().dataframe[-1].value["Learning rate"]) == ["0.01", "0.001"]
    again = visit("training", run="demo-mnist", compare="demo-digits")
    assert again.multiselect(key="compare").value == ["demo-digits"]
    again.multiselect(key="compare").set_value([]).run()
    assert "compare" not in again.query_params


@pytest.mark.parametrize("compare", ["../../etc", "demo-mnist", "x," * 9, "\x00", "💥,demo-digits"])
def test_a_bad_comparison_is_left_out(visit, compare):
    app = visit("training", run="demo-mnist", compare=compare)
    assert not app.exception
    assert set(app.multiselect(key="compare").value) <= {"demo-digits"}


def test_a_run_gets_another_name(visit, until):
    app = start(visit("training", **SHORT, seed="33"))
    until(app, lambda page: state(page) == "finished")
    run = shown_run(app)
    for name in ("  new  name ", "x" * 60, "🦊 $x$ **b** <img src=x>", "a\x07b"):
        name_field(app).set_value(name).run()
        assert not app.exception
        assert current_store().runs.get(run.id).name == name_field(app).value == legible(name)
    name_field(app).set_value("  ").run()
    assert "A run needs a name" in app.toast[0].value
    assert current_store().runs.get(run.id).name == name_field(app).value == legible(name)


def test_a_run_is_deleted_with_its_files(visit, until):
    app = start(visit("training", **SHORT, seed="34"))
    assert app.selectbox(key="run").value != "demo-mnist"
    until(app, lambda page: state(page) == "finished")
    run = shown_run(app)
    assert current_artifacts().has_state(run.id)
    app.button(key="delete_for_good").click().run()
    assert not app.exception
    assert current_store().runs.get(run.id) is None
    assert not current_artifacts().has_state(run.id)
    assert app.selectbox(key="run").value == "demo-mnist"
    assert not visit("training", run="demo-mnist").button(key="start").disabled


def test_the_demo_runs_stay(visit):
    app = visit("training", run="demo-mnist")
    assert not [b for b in app.button if b.key in ("delete_for_good", "add_epochs", "lower_rate") and not b.disabled]
    assert any("demo runs stay" in caption.value for caption in app.caption)


def test_the_form_and_the_run_are_told_apart(visit):
    app = visit("training", run="demo-digits")
    assert any(m.value.startswith("This run (bold: unlike the new training): ") for m in app.markdown)
    app.button(key="form_to_run").click().run()
    assert any(m.value.startswith("This run, as the new training: ") for m in app.markdown)
    its = current_store().runs.get("demo-digits").training_settings
    for name in ("dataset", "network", "epochs", "learning_rate", "batch_size"):
        assert memory_of(app).at(name) == getattr(its, name)
    assert app.button(key="form_to_run").disabled


def memory_of(app):
    """Where the controls of the page stand."""
    return app.session_state[MEMORY]


def test_all_runs_are_listed_with_their_accuracy_and_time(visit):
    app = visit("home")
    table = app.dataframe[0].value
    demo = table[table["Run"] == "Demo: two convolutions on MNIST"].iloc[0]
    measurements = current_store().records.measurements("demo-mnist")[0]
    assert (demo["Accuracy"], demo["Test images"]) == (measurements[-1].accuracy, 10_000)
    assert measurements[-1].split == "final"
    assert demo["Best test"] == max(m.accuracy for m in measurements if m.split == "test")
    assert demo["Training time"] == f"{max(m.seconds for m in measurements):.0f} s"


def test_pressing_start_again_shows_the_same_run(visit):
    app = start(visit("training", **ENDLESS, seed="6"))
    first = shown_run(app).id
    assert shown_run(start(app)).id == first
    assert shown_run(start(visit("training", **ENDLESS, seed="6"))).id == first
    assert "already running" in start(app).toast[0].value


def test_a_reload_finds_the_run_again(visit):
    run = shown_run(start(visit("training", **ENDLESS, seed="7")))
    again = visit("training", run=run.id)
    assert shown_run(again).id == run.id
    assert state(again) in ("running", "queued")


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
    legal = f"from {limits(name).low:g} to {limits(name).high:g}"
    assert any(legal in warning.value and name.replace("_", " ") in warning.value for warning in app.warning)


@pytest.mark.parametrize(
    ("name", "value"), [("network", "no_such_network"), ("dataset", "<script>"), ("optimiser", "")]
)
def test_a_bad_word_in_the_address_is_told(visit, name, value):
    app = visit("training", **{name: value})
    assert not app.exception
    assert any(f"{name} must be one of" in warning.value for warning in app.warning)


def test_a_batch_larger_than_the_data_is_refused_on_the_page(visit):
    before = len(current_store().runs.newest("training"))
    app = start(visit("training", dataset="digits", batch_size="500", subset="100"))
    assert "A batch of 500 needs as many training images" in app.error[0].value
    assert len(current_store().runs.newest("training")) == before
    assert not app.exception


def test_a_diverging_training_says_so(visit, until):
    app = start(visit("training", dataset="digits", network="dense", learning_rate="10", epochs="50"))
    until(app, lambda page: state(page) == "diverged")
    assert re.search(r"Diverged at step \d+: .* the learning rate 10 is too high; try 1", words(app))
    app.button(key="lower_rate").click().run()
    until(app, lambda page: state(page) in ("running", "diverged", "finished"))
    assert [change.settings for _, change in current_store().requests.changes(shown_run(app).id)] == [
        {"learning_rate": 1.0}
    ]


def test_a_killed_training_says_so_and_others_go_on(visit, until):
    app = start(visit("training", **ENDLESS, seed="8"))
    until(app, lambda page: shown_run(page).step > 0)
    os.kill(current_jobs().children[shown_run(app).id].pid, signal.SIGKILL)
    until(app, lambda page: state(page) == "crashed")
    assert "Resume goes on from the last state that was saved" in words(app)
    assert not app.button(key="resume").disabled
    until(start(visit("training", **SHORT, seed="9")), lambda page: state(page) == "finished")


@pytest.mark.parametrize("kind", ["py", "csv", "json", "tfevents", "safetensors"])
def test_what_is_offered_for_download_is_made_when_asked_for(visit, kind):
    app = visit("training", run="demo-digits")
    assert len([b for b in app.get("download_button") if b.proto.id.endswith(f"download_{kind}")]) == 1
    assert not app.exception
    run = current_store().runs.get("demo-digits")
    made = {
        "py": lambda: files.script_of(run),
        "csv": lambda: metrics_csv(current_store().records.measurements(run.id)[0]),
        "json": lambda: settings_json(run.training_settings),
        "tfevents": lambda: files.log_of(run),
        "safetensors": lambda: files.weights_of(Seen(run, current_store().records.snapshots(run.id)[-1])),
    }[kind]()
    assert len(made) > 300


@pytest.fixture
def bring(visit):
    """bring(name, content) uploads a file of weights on the page and presses Import."""
    demo.install(current_store(), current_artifacts())

    def upload(name, content, **address):
        app = visit("training", run="demo-mnist", **address)
        app.file_uploader(key="weights_upload").set_value((name, content, "application/octet-stream")).run()
        return app.button(key="import_weights").click().run()

    return upload


def test_weights_become_a_run(bring):
    known = current_store().runs.get("demo-digits")
    step = current_store().records.snapshots(known.id)[-1]
    app = bring("../../<b>mine</b>.safetensors", files.weights_of(Seen(known, step)))
    run = shown_run(app)
    assert not app.exception
    assert run.name == "Imported: ../../<b>mine</b>.safetensors"
    assert run.training_settings == known.training_settings
    assert run.accuracy == pytest.approx(known.accuracy)
    assert current_store().records.snapshots(run.id) == [step]
    theirs, ours = (current_artifacts().load_weights(one, step) for one in (known.id, run.id))
    assert all((theirs[name] == ours[name]).all() for name in theirs)
    assert app.button(key="pause").disabled
    told = words(app)
    assert f"after {step:,} steps, as they are exported here" in told
    assert "elsewhere" not in told
    assert len(data_of(app, "plotly_view")) == 0


def test_weights_as_other_code_names_them_say_what_was_done(bring):
    known = current_store().runs.get("demo-digits")
    step = current_store().records.snapshots(known.id)[-1]
    ours = current_artifacts().load_weights(known.id, step)
    theirs = {f"module.{name.replace('dense', 'fc')}": array.astype("f2") for name, array in ours.items()}
    chosen = {"network": "two_conv", "dataset": "digits", "normalisation": known.training_settings.normalisation}
    app = bring("x.safetensors", save(theirs), **chosen)
    assert shown_run(app).accuracy == pytest.approx(known.accuracy, abs=0.01)
    told = words(app)
    for said in ("trained elsewhere", "stand behind 'module'", "'module.fc' is dense", "F16 are kept as F32"):
        assert said in told
    assert not app.error
    assert not app.exception


def test_weights_of_another_network_are_refused_by_name(bring):
    weights = current_artifacts().load_weights("demo-digits", current_store().records.snapshots("demo-digits")[-1])
    app = bring("x.safetensors", save(weights), network="same_padded", dataset="digits")
    assert "conv1.weight is 10x1x5x5, and this network has 16x1x5x5" in app.error[0].value
    assert shown_run(app).id == "demo-mnist"
    app = bring("x.safetensors", b"no such thing at all")
    assert "Not a safetensors file" in app.error[0].value
    assert app.run().error  # until another file is chosen
    step = current_store().records.snapshots("demo-digits")[-1]
    good = files.weights_of(Seen(current_store().runs.get("demo-digits"), step))
    app.file_uploader(key="weights_upload").set_value(("y.safetensors", good, "application/octet-stream")).run()
    assert not app.error


@pytest.mark.parametrize("network", WORDS["network"])
def test_the_network_is_drawn_and_listed(visit, network):
    app = visit("training", network=network, network_open="true")
    assert not app.exception
    table = app.dataframe[0].value
    assert table["Layer"].iloc[0] == "input"
    assert table["Output"].iloc[-1] == "10"
    diagram = json.loads(data_of(app, "plotly_view")[-1]["figure"])
    assert len(diagram["data"][0]["text"]) == len(table)
    assert any("parameters in all" in caption.value for caption in app.caption)


def test_a_network_that_cannot_be_built_is_not_drawn(visit):
    app = visit("training", network="custom", network_open="true")
    app.text_input(key="layers").set_value("conv 8 k9 max; conv 8 k9 max; conv 8 k9").run()
    assert any("This network cannot be built: kernel 9" in error.value for error in app.error)
    assert not app.exception


def test_the_controls_of_ones_own_network_write_its_text(visit):
    app = visit("training", network="custom", dataset="digits")
    app.slider(key="layers_count").set_value(3).run()
    values = {
        "channels": 24,
        "kernel_size": 3,
        "stride": 2,
        "padding": 1,
        "activation": "gelu",
        "pooling": "none",
        "dropout": 30,
    }
    for name, value in values.items():
        app.selectbox(key=f"own_layer_2_{name}").set_value(value).run()
    app.toggle(key="own_layer_2_norm").set_value(True).run()
    assert app.text_input(key="layers").value == (
        "conv 16 k5 s1 p2 relu max; conv 24 k3 s2 p1 bn gelu drop30; conv 32 k5 s1 p2 relu max"
    )
    assert "conv 24" in app.query_params["layers"]
    assert not app.exception
    app.text_input(key="layers").set_value("conv 7 k4").run()
    assert app.slider(key="layers_count").value == 1
    assert app.selectbox(key="own_layer_1_channels").value == 7
    app.text_input(key="layers").set_value("nonsense").run()
    assert "This cannot be built" in app.error[0].value
    assert not [slider for slider in app.slider if slider.key == "layers_count"]  # nothing to stand for
    assert not app.exception
    app.text_input(key="layers").set_value("conv 7 k4; conv 8 k3").run()
    assert app.slider(key="layers_count").value == 2


def test_a_pooling_of_its_own_has_a_row(visit):
    app = visit("training", network="custom", layers="conv 4 k3; max k2 s2; conv 8 k3 relu")
    assert app.slider(key="layers_count").value == 2
    assert not [box for box in app.selectbox if box.key in ("own_layer_2_channels", "own_layer_2_pooling")]
    app.selectbox(key="own_layer_2_kernel_size").set_value(3).run()
    text = app.text_input(key="layers")
    assert text.value == "conv 4 k3 s1 p0; max k3 s2 p0; conv 8 k3 s1 p0 relu"
    app.slider(key="layers_count").set_value(1).run()
    assert app.text_input(key="layers").value == "conv 4 k3 s1 p0; max k3 s2 p0"
    app.slider(key="layers_count").set_value(2).run()
    assert app.text_input(key="layers").value == "conv 4 k3 s1 p0; max k3 s2 p0; conv 4 k3 s1 p0"
    assert not app.error
    assert not app.exception


def test_a_learning_rate_is_found_and_nothing_is_changed(visit, until):
    app = visit("training", **SHORT, find_rate="true", learning_rate="0.05", optimiser="sgd")
    assert any("A fresh network trains up to 100 batches" in caption.value for caption in app.caption)
    app.button(key="try_rates").click().run()
    until(app, lambda page: any("up to a third of that (shaded)" in caption.value for caption in page.caption))
    assert app.select_slider(key="learning_rate").value == 0.05
    figure = json.loads(data_of(app, "plotly_view")[-1]["figure"])
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert shown_run(app).id.startswith("demo-")
    assert not app.exception
