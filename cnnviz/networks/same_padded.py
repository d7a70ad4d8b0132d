"""Two convolutions whose padding keeps the size, and one dense layer."""

from __future__ import annotations

from torch import nn

from cnnviz.language import mark
from cnnviz.networks.blocks import chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import TrainingSettings


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    return chain(
        conv1=nn.Conv2d(1, 16, 5, padding=2),  # (N, 16, 28, 28)
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),  # (N, 16, 14, 14)
        conv2=nn.Conv2d(16, 32, 5, padding=2),  # (N, 32, 14, 14)
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),  # (N, 32, 7, 7)
        flatten=nn.Flatten(),  # (N, 1568)
        dense=nn.Linear(1568, 10),  # (N, 10)
    )


SPEC = NetworkSpec(
    label=mark("Same padding"),
    description=mark("Padding of 2 around a 5x5 kernel keeps 28x28, so that only pooling makes the maps smaller."),
    build=build,
    tutorial=TrainingSettings(network="same_padded", optimiser="adam", learning_rate=1e-3, batch_size=50, seed=1),
)
