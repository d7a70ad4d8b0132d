"""The data of the figures, not their pixels."""

import re

import numpy as np
import pytest

from cnnviz.figures.embedding import embedding_map
from cnnviz.figures.predictions import confusion_matrix, logits_to_probabilities
from cnnviz.figures.theme import DIGIT_COLOURS, IMAGE, SIGNED, base_layout
from cnnviz.figures.training import (
    AXES,
    View,
    accuracy_curves,
    compared_curves,
    dead_shares,
    gradient_norms,
    loss_curves,
)
from cnnviz.training.curves import curves
from cnnviz.training.records import Annotation, LayerStatistics, Measurement
from cnnviz.ui.components.shared import modules


@pytest.fixture
def lines():
    batches = [Measurement(k, "batch", 2.0 / k, 1 - 1 / k, 50 * k, k / 10) for k in range(1, 30)]
    tests = [Measurement(k, "test", 1.0 / (k + 1), 0.5, 50 * k, k / 10) for k in (0, 10, 20)]
    return curves([*batches, *tests])


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize(("figure", "what"), [(loss_curves, "losses"), (accuracy_curves, "accuracies")])
def test_curves_are_drawn_against_the_axis(lines, figure, what, axis):
    found = figure(lines, View("run", axis))
    drawn = {trace.name: trace for trace in found.data}
    expected = {"steps": np.arange(1, 30), "images": 50 * np.arange(1, 30), "seconds": np.arange(1, 30) / 10}
    np.testing.assert_allclose(drawn["Train, each batch"].x, expected[axis])
    np.testing.assert_allclose(drawn["Train, each batch"].y, getattr(lines.batch, what))
    np.testing.assert_allclose(drawn["Test"].y, getattr(lines.test, what))
    assert drawn["Test"].line.dash
    assert not drawn["Train, smoothed"].line.dash
    assert found.layout.uirevision.startswith("run")
    assert found.layout.xaxis.title.text == AXES[axis]


def test_an_accuracy_that_is_pointed_at_is_not_rounded_to_all():
    measurements = [Measurement(step, "epoch", 0.1, 59_999 / 60_000, 1, 1.0) for step in (1, 2)]
    drawn = {trace.name: trace for trace in accuracy_curves(curves(measurements), View("run")).data}
    assert list(drawn["Train, mean of the epoch"].text) == ["> 99.99%"] * 2
    told = [LayerStatistics(1, {"dense": 1e-9}, {"relu1": 511 / 512})]
    assert dead_shares(told, of="run").data[0].text == ("99.8%",)
    assert gradient_norms(told, of="run").data[0].text == ("1e-09",)


def test_only_the_loss_is_drawn_on_a_logarithmic_scale(lines):
    view = View("run", logarithmic=True)
    assert loss_curves(lines, view).layout.yaxis.type == "log"
    assert accuracy_curves(lines, view).layout.yaxis.type is None


def test_a_change_is_marked_where_it_happened(lines):
    figure = loss_curves(lines, View("run", "seconds"), [Annotation(10, "rate 0.1")])
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == pytest.approx((1.0, 1.0))
    assert figure.layout.annotations[-1].text == "rate 0.1"


def test_runs_are_told_apart_and_names_are_no_markup(lines):
    figure = compared_curves({"<b>a</b>": lines, "b": lines}, View("both"))
    assert [trace.name for trace in figure.data] == [
        "&lt;b&gt;a&lt;/b&gt;",
        "&lt;b&gt;a&lt;/b&gt;, test",
        "b",
        "b, test",
    ]
    assert len({trace.line.color for trace in figure.data}) == 2
    assert [bool(trace.line.dash != "solid") for trace in figure.data] == [False, True, False, True]


def test_layers_are_lines():
    told = [LayerStatistics(0, {}, {"relu1": 0.1}), LayerStatistics(5, {"conv1": 2.0, "dense": 3.0}, {"relu1": 0.2})]
    gradients = gradient_norms(told, of="run")
    assert [(t.name, list(t.x), list(t.y)) for t in gradients.data] == [
        ("conv1", [0, 5], [None, 2.0]),
        ("dense", [0, 5], [None, 3.0]),
    ]
    assert gradients.layout.yaxis.type == "log"
    assert list(dead_shares(told, of="run").data[0].y) == [0.1, 0.2]
    assert not gradient_norms([], of="run").data


def test_every_point_of_the_map_is_drawn_once_with_its_row():
    rng = np.random.default_rng(0)
    positions, labels, right = rng.normal(size=(40, 2)), rng.integers(0, 9, 40), rng.random(40) > 0.5
    figure = embedding_map(positions, labels, right, "0123456789", of="map")
    *dots, names = figure.data
    assert sorted(np.concatenate([trace.customdata for trace in dots])) == list(range(40))
    for label, trace in enumerate(dots):
        np.testing.assert_array_equal(trace.x, positions[trace.customdata, 0])
        np.testing.assert_array_equal(trace.y, positions[trace.customdata, 1])
        assert (labels[trace.customdata] == label).all()
        assert trace.marker.color == DIGIT_COLOURS[label]
        np.testing.assert_array_equal(trace.marker.symbol == 4, ~right[trace.customdata])
    third = names.text.index("<b>3</b>")
    assert len(names.text) == len(np.unique(labels))
    assert (names.x[third], names.y[third]) == tuple(np.median(positions[labels == 3], axis=0))
    assert names.customdata[third] == np.flatnonzero(labels == 3).tolist()


def test_the_confusion_matrix_colours_only_mistakes():
    counts = np.arange(100).reshape(10, 10)
    heatmap = confusion_matrix(counts, "0123456789").data[0]
    np.testing.assert_array_equal(heatmap.text, counts)
    assert (np.diagonal(heatmap.z) == 0).all()
    assert -heatmap.z[0][9] == 9
    empty = confusion_matrix(np.diag(np.arange(10)), "0123456789").data[0]
    assert empty.zmax > 0


def test_logits_and_probabilities_stand_side_by_side():
    logits = np.array([1.0, 3.0, -2.0])
    probabilities = np.exp(logits) / np.exp(logits).sum()
    left, right = logits_to_probabilities(logits, probabilities, "abc", label=0).data
    np.testing.assert_array_equal(left.x, logits)
    np.testing.assert_array_equal(right.x, probabilities)
    assert left.y == ("a ← true", "b", "c")
    assert right.text[1] == f"{probabilities[1]:.1%}"
    sure = logits_to_probabilities(100 * logits, np.array([0.0, 1.0, 0.0]), "abc", label=0).data[1]
    assert sure.text == ("< 0.1%", "> 99.9%", "< 0.1%")


def test_ten_colours_that_differ():
    assert len(set(DIGIT_COLOURS)) == 10
    assert base_layout(x_title="Step", xaxis={"type": "log"})["xaxis"] == {"title": {"text": "Step"}, "type": "log"}


def test_figures_and_components_have_one_scale_of_signed_numbers_and_one_of_images():
    ends = dict(re.findall(r'export const (\w+) = "(#\w{6})";', modules.sources()["shared/colours.js"]))
    assert [[0.0, ends["NEGATIVE"]], [0.5, ends["ZERO"]], [1.0, ends["POSITIVE"]]] == SIGNED
    assert [[0.0, ends["ZERO"]], [1.0, ends["INK"]]] == IMAGE
