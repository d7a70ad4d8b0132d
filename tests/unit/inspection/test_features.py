import numpy as np
import pytest
import torch

from cnnviz import datasets, networks
from cnnviz.inspection import features
from cnnviz.inspection.words import softmax_formula
from cnnviz.networks import NETWORKS
from cnnviz.networks.layers import describe
from cnnviz.networks.weights import first_kernels, load_network, weights_of
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings

DIGITS = TrainingSettings(dataset="digits", network="two_conv", normalisation="mnist")


def weights(name="two_conv", seed=0):
    return weights_of(networks.build(DIGITS.but(network=name, seed=seed)))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_forward_pass_ends_where_the_network_ends(name):
    settings = DIGITS.but(network=name)
    network = load_network(settings, weights(name))
    image = datasets.load("digits").test_images[0]
    passed = features.forward(network, image, DIGITS)
    pixels = (torch.tensor(image)[None, None] / 255 - 0.1307) / 0.3081
    np.testing.assert_allclose(passed.logits, network(pixels)[0].numpy(), atol=1e-5)
    np.testing.assert_allclose(passed.layers[0].maps, pixels[0].numpy(), atol=1e-6)
    exponentials = np.exp(passed.logits.astype(float))
    np.testing.assert_allclose(passed.probabilities, exponentials / exponentials.sum(), rtol=1e-4)
    outputs = of_every_layer(network, pixels)
    for layer in passed.layers[1:]:
        if layer.part.name in outputs:
            np.testing.assert_allclose(layer.maps.ravel(), outputs.pop(layer.part.name).ravel(), atol=1e-5)
    assert not outputs
    assert sum(layer.part.parameters for layer in passed.layers) == sum(p.numel() for p in network.parameters())
    for layer in passed.layers:
        assert layer.maps.ndim == 3
        assert layer.maps.size == np.prod(layer.part.shape)
        assert (layer.kernels is not None) == (layer.part.role == "convolution")
    assert f"{passed.probabilities.max():.4f}" in softmax_formula(passed, "0123456789")


def of_every_layer(network, pixels):
    """What comes out of each layer, by the name that it has in a network without the word for a list of branches."""
    found = {}
    for name, layer in network.named_modules():
        if not list(layer.children()):
            key = name.replace(".branches.", ".")
            layer.register_forward_hook(lambda _layer, _given, out, key=key: found.update({key: out.clone().numpy()}))
    network(pixels)
    return found


def test_the_first_maps_are_convolutions_with_the_first_kernels():
    from cnnviz.convolution.operation import convolve

    state = dict(sorted(weights().items(), reverse=True))  # a file keeps no order
    image = datasets.load("digits").test_images[5]
    passed = features.forward(load_network(DIGITS, state), image, DIGITS)
    kernels = first_kernels(load_network(DIGITS, state))
    np.testing.assert_array_equal(kernels, state["conv1.weight"])
    image_read, first = passed.layers[:2]
    np.testing.assert_array_equal(first.kernels, kernels)
    expected = convolve(image_read.maps.astype(float), kernels.astype(float), state["conv1.bias"].astype(float))
    np.testing.assert_allclose(first.maps, expected, atol=1e-5)


def test_a_network_without_convolutions_has_no_first_kernels():
    assert first_kernels(load_network(DIGITS.but(network="dense"), weights("dense"))) is None


def test_features_enter_the_last_layer():
    network = load_network(DIGITS, weights())
    points, labels = features.of_test_images(DIGITS, weights(), 100)
    assert points.shape == (100, 320)
    chosen = features.chosen_test_images("digits", 100)
    np.testing.assert_array_equal(labels, datasets.load("digits").test_labels[chosen])
    image = datasets.load("digits").test_images[chosen[7]]
    logits = points[7] @ network.dense.weight.numpy().T + network.dense.bias.numpy()
    np.testing.assert_allclose(logits, features.forward(network, image, DIGITS).logits, atol=1e-4)


def test_more_images_than_there_are_means_all():
    assert len(features.chosen_test_images("digits", 5000)) == 360


def changed(**changes):
    return {**weights(), **changes}


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (
            changed(**{"conv1.weight": np.zeros((16, 1, 3, 3), np.float32)}),
            r"conv1.weight is 16x1x3x3, .* has 10x1x5x5",
        ),
        ({k: v for k, v in weights().items() if k != "dense.bias"}, "lack dense.bias"),
        (changed(extra=np.zeros(1)), "have .extra., which two_conv does not have"),
        (weights("dense"), "The weights lack conv1.weight"),
    ],
)
def test_weights_of_another_network_are_refused(state, sentence):
    with pytest.raises(Refusal, match=sentence):
        load_network(DIGITS, state)


def test_words_of_a_layer():
    network = networks.build(DIGITS.but(network="strided"))
    words = [describe(layer) for layer in network]
    assert words[0] == "3x3, 1 to 16 channels, stride 2, padding 1"
    assert all(words)
