"""The tutorials' own training loop, the yardstick of speed and of exactness: a shuffling DataLoader over transforms."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader, Subset
from torchvision import datasets as vision
from torchvision import transforms

from cnnviz import networks
from cnnviz.datasets import mnist_files, splits
from cnnviz.settings import NORMALISATIONS, TrainingSettings


def losses(settings: TrainingSettings) -> Iterator[float]:
    """The loss of each batch, for as many epochs as anyone asks for; the settings' own number is not looked at."""
    images = transformed(settings)
    network = networks.build(settings)
    optimiser = plain_optimiser(network, settings)
    while True:
        for batch, labels in DataLoader(images, settings.batch_size, shuffle=True):
            optimiser.zero_grad()
            loss = F.cross_entropy(network(batch), labels)
            loss.backward()
            optimiser.step()
            yield loss.item()


def transformed(settings: TrainingSettings) -> torch.utils.data.Dataset:
    """MNIST with ToTensor and Normalize applied to each image whenever it is asked for."""
    mean, deviation = NORMALISATIONS[settings.normalisation]
    steps = [transforms.ToTensor()]
    if settings.normalisation != "none":
        steps.append(transforms.Normalize((mean,), (deviation,)))
    images = vision.MNIST(mnist_files.locate(), train=True, transform=transforms.Compose(steps))
    if settings.subset:
        return Subset(images, splits.stratified(images.targets.numpy(), settings.subset, settings.seed))
    return images


def plain_optimiser(network: torch.nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """torch's optimiser as the tutorials make it."""
    if settings.optimiser == "adam":
        return torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    return torch.optim.SGD(network.parameters(), lr=settings.learning_rate, momentum=settings.momentum)
