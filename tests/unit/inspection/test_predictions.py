import math
from typing import get_args

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix
from torch.nn.functional import cross_entropy

from cnnviz import datasets, networks
from cnnviz.inspection import predictions
from cnnviz.inspection.records import Predictions
from cnnviz.settings import TrainingSettings

RNG = np.random.default_rng(0)


@pytest.fixture
def answers() -> Predictions:
    probabilities = RNG.dirichlet(np.ones(10), size=500).astype(np.float32)
    return Predictions(RNG.integers(0, 10, 500), probabilities)


def test_probabilities_are_the_softmax_of_the_logits():
    network = networks.build(TrainingSettings(network="two_conv")).eval()
    data = datasets.load("digits")
    answers = predictions.predict(network, TrainingSettings(dataset="digits"))
    with torch.no_grad():
        expected = network(torch.tensor(data.test_images)[:, None] / 255).softmax(1)
    np.testing.assert_allclose(answers.probabilities, expected.numpy(), atol=1e-6)
    np.testing.assert_array_equal(answers.labels, data.test_labels)
    some = predictions.predict(network, TrainingSettings(dataset="digits"), np.array([4, 2]))
    np.testing.assert_allclose(some.probabilities, answers.probabilities[[4, 2]], atol=1e-6)


def test_confusion_is_sklearns(answers):
    expected = confusion_matrix(answers.labels, answers.predicted, labels=range(10))
    np.testing.assert_array_equal(predictions.confusion(answers), expected)


def test_the_most_confidently_wrong_come_first(answers):
    order = predictions.chosen(answers)
    wrong = int((~answers.right).sum())
    assert sorted(order) == list(range(500))
    assert not answers.right[order[:wrong]].any()
    assert (np.diff(answers.confidence[order[:wrong]]) <= 0).all()
    assert (np.diff(answers.confidence[order[wrong:]]) <= 0).all()


def slow_loss(answers: Predictions, i: int) -> float:
    return -math.log(answers.probabilities[i][answers.labels[i]])


def slow_margin(answers: Predictions, i: int) -> float:
    first, second, *_ = sorted((float(p) for p in answers.probabilities[i]), reverse=True)
    return first - second


def test_loss_and_margin_of_each_image(answers):
    logits = torch.log(torch.from_numpy(answers.probabilities))
    expected = cross_entropy(logits, torch.from_numpy(answers.labels), reduction="none")
    np.testing.assert_allclose(answers.loss, expected.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(answers.margin, [slow_margin(answers, i) for i in range(500)], atol=1e-7)


def test_the_smallest_margin_comes_first(answers):
    margins = [slow_margin(answers, i) for i in predictions.chosen(answers, order="margin")]
    assert margins == sorted(margins)


def test_the_largest_loss_comes_first(answers):
    losses = [slow_loss(answers, i) for i in predictions.chosen(answers, order="loss")]
    assert losses == sorted(losses, reverse=True)


def test_an_impossible_true_class_has_an_infinite_loss_and_comes_first():
    answers = Predictions(np.array([1, 0]), np.eye(10, dtype=np.float32)[[1, 1]])
    assert answers.loss.tolist() == [0, np.inf]
    assert predictions.chosen(answers, order="loss").tolist() == [1, 0]


def test_a_random_order_depends_on_no_answer_and_is_kept_by_a_filter(answers):
    order = predictions.chosen(answers, order="random").tolist()
    assert sorted(order) == list(range(500)) != order
    other = Predictions(answers.labels[::-1], answers.probabilities[::-1])
    assert predictions.chosen(other, order="random").tolist() == order
    wrong = predictions.chosen(answers, "wrong", order="random").tolist()
    assert wrong == [i for i in order if not answers.right[i]]


@pytest.mark.parametrize("order", get_args(predictions.Order))
def test_equal_images_keep_their_order(order):
    same = Predictions(np.zeros(30, int), np.tile(np.float32([0.5, 0.3, 0.2]), (30, 1)))
    found = predictions.chosen(same, order=order).tolist()
    assert sorted(found) == list(range(30))
    assert order == "random" or found == list(range(30))


@pytest.mark.parametrize("order", get_args(predictions.Order))
@pytest.mark.parametrize("verdict", ["wrong", "right", "all"])
@pytest.mark.parametrize("label", [None, 3])
@pytest.mark.parametrize("predicted", [None, 3, 5])
def test_filters(answers, verdict, label, predicted, order):
    expected = [
        i
        for i in range(500)
        if verdict in ("all", "right" if answers.right[i] else "wrong")
        and label in (None, answers.labels[i])
        and predicted in (None, answers.predicted[i])
    ]
    assert sorted(predictions.chosen(answers, verdict, label, predicted, order)) == expected


def test_nothing_found_is_empty():
    certain = Predictions(np.array([0]), np.eye(10, dtype=np.float32)[:1])
    assert predictions.chosen(certain, "wrong").tolist() == []
