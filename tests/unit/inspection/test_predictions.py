import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix

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


@pytest.mark.parametrize("verdict", ["wrong", "right", "all"])
@pytest.mark.parametrize("label", [None, 3])
@pytest.mark.parametrize("predicted", [None, 3, 5])
def test_filters(answers, verdict, label, predicted):
    expected = [
        i
        for i in range(500)
        if verdict in ("all", "right" if answers.right[i] else "wrong")
        and label in (None, answers.labels[i])
        and predicted in (None, answers.predicted[i])
    ]
    assert sorted(predictions.chosen(answers, verdict, label, predicted)) == expected


def test_nothing_found_is_empty():
    certain = Predictions(np.array([0]), np.eye(10, dtype=np.float32)[:1])
    assert predictions.chosen(certain, "wrong").tolist() == []
