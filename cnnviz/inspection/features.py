"""Activations of a trained network: feature maps of every layer, and features before the last dense layer."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cnnviz import datasets
from cnnviz.arrays import Array
from cnnviz.datasets import splits
from cnnviz.datasets.preparation import prepared
from cnnviz.inspection.records import ForwardPass, LayerOutput
from cnnviz.networks.evaluation import outputs
from cnnviz.networks.layers import describe, parameters
from cnnviz.networks.weights import load_network
from cnnviz.settings import TrainingSettings


@torch.no_grad()
def forward(network: nn.Sequential, image: Array, settings: TrainingSettings) -> ForwardPass:
    """Forward pass of one (28, 28) uint8 image, with the output of every layer."""
    x = prepared(image[None], settings)
    pixels, layers = x[0].numpy(), []
    for name, layer in network.named_children():
        x = layer(x)
        layers.append(layer_output(name, layer, x[0].numpy()))
    return ForwardPass(pixels, layers, x[0].numpy(), torch.softmax(x[0], dim=0).numpy())


def layer_output(name: str, layer: nn.Module, output: Array) -> LayerOutput:
    """A layer with its output of one image, without the batch axis."""
    maps = output.copy() if output.ndim == 3 else output.reshape(1, 1, -1).copy()
    return LayerOutput(name, type(layer).__name__, describe(layer), parameters(layer), tuple(output.shape), maps)


def features(network: nn.Sequential, images: Tensor) -> Array:
    """Features, the input of the last dense layer, (N, D), of (N, 1, 28, 28) normalised images."""
    return outputs(network[:-1], images).cpu().numpy()


def of_test_images(settings: TrainingSettings, weights: Mapping[str, Array], count: int) -> tuple[Array, Array]:
    """Features (N, D) and labels (N,) of the sample of test images of a run."""
    data = datasets.load(settings.dataset)
    chosen = chosen_test_images(settings.dataset, count)
    images = prepared(data.test_images[chosen], settings)
    return features(load_network(settings, weights), images), data.test_labels[chosen]


def chosen_test_images(dataset: str, count: int) -> Array:
    """Stratified sample of at most `count` test images, as indices, the same for every run."""
    labels = datasets.load(dataset).test_labels
    return splits.stratified(labels, min(count, len(labels)), seed=0)
