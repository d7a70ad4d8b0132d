"""Two convolutions, each followed by max pooling and ReLU, and one dense layer."""

from __future__ import annotations

from torch import nn

from cnnviz.language import mark
from cnnviz.networks.blocks import chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import TrainingSettings


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    return chain(
        conv1=nn.Conv2d(1, 10, 5),  # (N, 10, 24, 24)
        pool1=nn.MaxPool2d(2),  # (N, 10, 12, 12)
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(10, 20, 5),  # (N, 20, 8, 8)
        pool2=nn.MaxPool2d(2),  # (N, 20, 4, 4)
        relu2=nn.ReLU(),
        flatten=nn.Flatten(),  # (N, 320)
        dense=nn.Linear(320, 10),  # (N, 10)
    )


SPEC = NetworkSpec(
    label=mark("Two convolutions"),
    description=mark("Space is kept: convolution, pooling, convolution, pooling, and only then a dense layer."),
    build=build,
    tutorial=TrainingSettings(
        network="two_conv",
        normalisation="mnist",
        optimiser="sgd",
        learning_rate=0.01,
        batch_size=64,
        epochs=10,
        seed=0,
    ),
)
