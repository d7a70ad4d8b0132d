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
from cnnviz.networks import anatomy
from cnnviz.networks.evaluation import outputs
from cnnviz.networks.weights import load_network
from cnnviz.settings import TrainingSettings


def forward(network: nn.Sequential, image: Array, settings: TrainingSettings) -> ForwardPass:
    """Forward pass of one (28, 28) uint8 image, with the output of every layer, those inside of blocks too."""
    images = prepared(image[None], settings)
    layers = [
        LayerOutput(part, maps_of(values[0]), layer.weight.detach().numpy() if isinstance(layer, nn.Conv2d) else None)
        for part, values, layer in anatomy.passed(network, images)
    ]
    logits = layers[-1].maps.ravel()
    return ForwardPass(layers, logits, torch.softmax(torch.from_numpy(logits), dim=0).numpy())


def maps_of(values: Tensor) -> Array:
    """The output of a layer for one image as maps, (C, H, W)."""
    maps: Array = values.numpy().copy()
    return maps if maps.ndim == 3 else maps.reshape(1, 1, -1)


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
    return splits.sample(datasets.load(dataset).test_labels, count)
