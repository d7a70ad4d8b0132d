"""Every page opens, with every run, whatever its address says."""

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from cnnviz.embedding.settings import EmbeddingSettings
from cnnviz.runs.records import Run
from cnnviz.ui.frame.navigation import HOME, LESSONS
from cnnviz.ui.frame.run_bar import run_title
from cnnviz.ui.predictions.table import SORTS
from tests.conftest import ROOT

PAGES = [lesson.name for lesson in (HOME, *LESSONS)]
RUN_PAGES = ["training", "network", "embedding", "predictions"]


def text_of(app) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.warning, app.error) for element in kind)


def number(app, what: str) -> float:
    """A number that stands before what it is, without a unit."""
    return float(re.search(rf"\*\*([\d.]+)%?\*\* {re.escape(what)}", text_of(app))[1])


def chosen_step(app) -> int:
    """Where the slider over the snapshots stands."""
    (slider,) = (view for view in app.get("bidi_component") if "step_slider" in view.proto.component_name)
    return json.loads(slider.proto.json)["chosen"]


def test_every_page_is_a_lesson():
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens(visit, page):
    app = visit(page)
    assert not app.exception
    assert len(app.title) == 1
    assert not app.error
    assert not app.warning


@pytest.mark.parametrize("page", RUN_PAGES)
@pytest.mark.parametrize("run", ["demo-mnist", "demo-digits"])
def test_a_run_of_the_address_is_shown(visit, page, run):
    app = visit(page, run=run)
    assert not app.exception
    assert app.selectbox(key="run").value == run
    assert not app.warning


BAD = [
    "../../etc/passwd",
    "unknown-id",
    "x" * 100_000,
    "<script>alert(1)</script>",
    "%00",
    "\x00",
    "💥",
    "demo-mnist-map",
    "",
]


@pytest.mark.parametrize("page", RUN_PAGES)
@pytest.mark.parametrize("run", BAD, ids=[f"bad{i}" for i in range(len(BAD))])
def test_an_unknown_run_is_told_and_the_demo_is_shown(visit, page, run):
    app = visit(page, run=run)
    assert not app.exception
    assert app.selectbox(key="run").value == "demo-mnist"
    assert any("no run of the name" in warning.value for warning in app.warning)
    assert "script" not in text_of(app)


@pytest.mark.parametrize("page", ["network", "embedding", "predictions"])
@pytest.mark.parametrize("step", ["-1", "nan", "1e9", "٣", "99999999999", "x"])
def test_a_bad_step_is_told_and_the_last_is_shown(visit, page, step):
    app = visit(page, step=step)
    assert not app.exception
    assert any(re.match(r"The step in this address must be a whole number from 0 to \d+", w.value) for w in app.warning)
    assert chosen_step(app) == 3752


def test_the_nearest_snapshot_of_a_step_is_shown(visit):
    assert chosen_step(visit("network", step="290")) == 300


def test_a_choice_is_kept_on_the_next_page(visit):
    app = visit("network", step="20")
    app.number_input(key="image").set_value(17).run()
    app.selectbox(key="run").set_value("demo-digits").run()
    app.switch_page("pages/predictions.py").run()
    assert app.selectbox(key="run").value == "demo-digits"
    assert app.query_params["run"] == "demo-digits"
    app.switch_page("pages/network.py").run()
    assert app.number_input(key="image").value == 17


def test_home_shows_the_lessons_the_data_and_the_runs(visit):
    app = visit("home")
    (row,) = (view for view in app.get("bidi_component") if "lesson_cards" in view.proto.component_name)
    cards = json.loads(row.proto.json)["cards"]
    assert [(card["title"], card["description"]) for card in cards] == [(x.title, x.description) for x in LESSONS]
    assert [card["name"] for card in cards if card["picture"]] == ["convolution", "training", "embedding"]  # at first
    assert "**MNIST** (here)" in text_of(app)
    assert "Demo: two convolutions on MNIST" in list(app.dataframe[0].value["Run"])


def test_start_leads_to_the_first_lesson(visit):
    app = visit("home")
    app.button(key="start").click().run()
    assert app.title[0].value == LESSONS[0].title


# Network


def test_the_network_page_follows_the_image(visit):
    app = visit("network", image="0")
    assert "This is a **7**" in text_of(app)
    assert "says **7**" in text_of(app)
    app.number_input(key="image").set_value(1).run()
    assert "This is a **2**" in text_of(app)
    assert app.query_params["image"] == "1"
    before = app.number_input(key="image").value
    while app.number_input(key="image").value == before:
        app.button(key="another").click().run()
    assert not app.exception


def test_an_untrained_snapshot_says_something_else(visit):
    confident = re.search(r"probability of > (99.9)%", text_of(visit("network", step="3752")))
    clueless = re.search(r"probability of ([\d.]+)%", text_of(visit("network", step="0")))
    assert float(confident[1]) > 90 > 40 > float(clueless[1])


@pytest.mark.parametrize("image", ["10000", "-1", "x", "1.5"])
def test_a_bad_image_number_is_told(visit, image):
    app = visit("network", image=image)
    assert not app.exception
    assert any("The image in this address must be a whole number from 0 to 9999" in w.value for w in app.warning)


# Predictions


def rights(app) -> tuple[str, int, int]:
    """Accuracy, number of test images, and of those that are wrong, as the page says them."""
    share, images, wrong = re.search(
        r"\*\*(.*?)\*\* of ([\d,]+) test images are right, \*\*([\d,]+)\*\* wrong", text_of(app)
    ).groups()
    return share, int(images.replace(",", "")), int(wrong.replace(",", ""))


def found(app) -> int:
    """How many images the page says that there are of this kind."""
    return int(re.search(r"^([\d,]+) images?[;. ]", text_of(app), re.MULTILINE)[1].replace(",", ""))


def drawn(app, component: str) -> dict:
    """What a component was given to draw."""
    (view,) = (view for view in app.get("bidi_component") if component in view.proto.component_name)
    return json.loads(view.proto.json)


def test_predictions_count_the_whole_test_set(visit):
    app = visit("predictions")
    share, images, wrong = rights(app)
    assert images == 10_000
    assert share == f"{1 - wrong / images:.2%}"
    assert f"{wrong:,} images; the wrong ones first" in text_of(app)


def test_filters_narrow_the_gallery_and_stand_in_the_address(visit):
    app = visit("predictions", show="all", label="3", predicted="3")
    assert app.selectbox(key="label").value == "3"
    alike = found(app)
    app.segmented_control(key="show").set_value("right").run()
    assert f"{alike:,} images; the wrong" in text_of(app)
    assert app.query_params["show"] == "right"
    app.segmented_control(key="show").set_value("wrong").run()
    assert "No test image is of this kind" in app.info[0].value


def test_all_shows_all_pairs_again(visit):
    app = visit("predictions", show="wrong", label="4", predicted="9", page="1")
    app.segmented_control(key="show").set_value("all").run()
    assert found(app) == 10_000
    assert app.selectbox(key="label").value == app.selectbox(key="predicted").value == "any"
    app.selectbox(key="label").set_value("4").run()
    app.segmented_control(key="show").set_value("wrong").run()
    app.segmented_control(key="show").set_value("all").run()
    assert app.selectbox(key="label").value == "4", "a class alone is no pair"


def test_pages_of_the_gallery(visit):
    app = visit("predictions")
    everything = [*drawn(app, "gallery")["tiles"]]
    app.pagination(key="page").set_value(3).run()
    assert app.query_params["page"] == "3"
    third = [tile["id"] for tile in drawn(app, "gallery")["tiles"]]
    assert len(third) == len(everything) == 15
    assert not {tile["id"] for tile in everything} & set(third)
    app.selectbox(key="label").set_value("9").run()
    assert not app.exception
    assert app.pagination(key="page").value == 1, "other images are shown from their beginning"


@pytest.mark.parametrize("sort", SORTS)
def test_a_sort_shows_the_same_images_in_another_order(visit, sort):
    app = visit("predictions", label="4", predicted="9")
    shown = {tile["id"] for tile in drawn(app, "gallery")["tiles"]}
    app.selectbox(key="sort").set_value(sort).run()
    assert app.query_params.get("sort", "confidence") == sort
    assert {tile["id"] for tile in drawn(app, "gallery")["tiles"]} == shown
    assert found(app) == len(shown)


def test_the_chosen_pair_is_marked_in_the_matrix(visit):
    app = visit("predictions", label="4", predicted="9")
    matrix = drawn(app, "confusion_matrix")
    assert matrix["chosen"] == [4, 9]
    assert found(app) == matrix["counts"][4][9]
    app.selectbox(key="predicted").set_value("any").run()
    assert drawn(app, "confusion_matrix")["chosen"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("show", "bad"), ("label", "12"), ("predicted", "<b>"), ("page", "0"), ("sort", "no_such_order")],
)
def test_a_bad_filter_is_told(visit, name, value):
    app = visit("predictions", **{name: value})
    assert not app.exception
    assert any("The address is ignored there" in w.value for w in app.warning)
    assert rights(app)[2] > 0


# Embedding


def test_the_map_of_the_demo_is_there_at_once(visit):
    app = visit("embedding")
    assert number(app, "10-NN accuracy on the map") > 90
    assert app.button(key="compute").disabled


def test_a_map_is_computed_when_it_is_asked_for(visit, until):
    app = visit("embedding", images="200", perplexity="10", step="100")
    assert "10-NN accuracy" not in text_of(app)
    app.button(key="compute").click().run()
    until(app, lambda page: "10-NN accuracy" in text_of(page))
    assert 10 < number(app, "10-NN accuracy on the map") <= 100
    assert not app.exception
    assert app.select_slider(key="perplexity").value == 10


@pytest.mark.parametrize(("name", "value"), [("images", "5"), ("perplexity", "nan"), ("perplexity", "1e9")])
def test_a_bad_setting_of_the_map_is_told(visit, name, value):
    app = visit("embedding", **{name: value})
    assert not app.exception
    assert any(f"{name} must be a" in w.value for w in app.warning)


def test_the_name_in_the_picker_stays_while_a_run_goes_on():
    run = Run("abcdef", "training", "A run", {}, "running", None, 1, 5, 9, 0.1, {}, 1.0, None)
    later = replace(run, state="finished", step=9, accuracy=0.9)
    assert run_title(run) == run_title(later)
    assert run_title(run) != run_title(replace(run, id="fedcba"))


def test_the_sliders_of_the_map_begin_at_the_settings_of_a_map(visit):
    app = visit("embedding")
    usual = EmbeddingSettings()
    assert app.select_slider(key="images").value == usual.images
    assert app.select_slider(key="perplexity").value == usual.perplexity


SLOW = ["torch", "torchvision", "sklearn", "scipy", "numba", "openTSNE"]


@pytest.mark.parametrize("page", ["home", "convolution"])
def test_the_first_pages_need_nothing_that_takes_long_to_import(mnist, home, page):
    script = f"""
import sys
from streamlit.testing.v1 import AppTest

app = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=180).run()
app = app.switch_page("pages/{page}.py").run()
assert not app.exception, app.exception
assert len(app.title) == 1
print("loaded:", *[name for name in {SLOW} if name in sys.modules])
"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert answer.stdout.splitlines()[-1].split() == ["loaded:"]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_ends_with_its_end(page):
    """Without it the address does not follow what the visitor sets."""
    last = ast.parse((ROOT / "pages" / f"{page}.py").read_text("utf-8")).body[-1]
    assert ast.unparse(last) == "end_page()"
