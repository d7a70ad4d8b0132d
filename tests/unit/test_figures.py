"""The data of the figures, not their pixels."""

import numpy as np
import pytest

from cnnviz.curves import curves
from cnnviz.figures.embedding import embedding_map
from cnnviz.figures.network import logits_to_probabilities
from cnnviz.figures.predictions import confusion_matrix
from cnnviz.figures.theme import DIGIT_COLOURS, base_layout
from cnnviz.figures.training import accuracy_curves, loss_curves
from cnnviz.records import Measurement


@pytest.fixture
def lines():
    batches = [Measurement(k, "batch", 2.0 / k, 1 - 1 / k, 50 * k, k / 10) for k in range(1, 30)]
    tests = [Measurement(k, "test", 1.0 / (k + 1), 0.5, 50 * k, k / 10) for k in (0, 10, 20)]
    return curves([*batches, *tests])


@pytest.mark.parametrize(("figure", "what"), [(loss_curves, "losses"), (accuracy_curves, "accuracies")])
def test_curves_are_drawn_against_the_step(lines, figure, what):
    drawn = {trace.name: trace for trace in figure(lines, of="run").data}
    np.testing.assert_array_equal(drawn["Train, each batch"].x, np.arange(1, 30))
    np.testing.assert_allclose(drawn["Train, each batch"].y, getattr(lines.batch, what))
    np.testing.assert_allclose(drawn["Test"].y, getattr(lines.test, what))
    assert drawn["Test"].line.dash
    assert not drawn["Train, smoothed"].line.dash
    assert figure(lines, of="run").layout.uirevision == "run"
    assert figure(lines, of="run").layout.xaxis.title.text == "Step"


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


def test_ten_colours_that_differ():
    assert len(set(DIGIT_COLOURS)) == 10
    assert base_layout(x_title="Step", xaxis={"type": "log"})["xaxis"] == {"title": {"text": "Step"}, "type": "log"}
