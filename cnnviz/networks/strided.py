"""Three strided convolutions with batch normalisation, and one dense layer."""

from __future__ import annotations

from torch import nn

from cnnviz.language import mark
from cnnviz.networks.blocks import chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import TrainingSettings


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    return chain(
        conv1=nn.Conv2d(1, 16, 3, stride=2, padding=1),  # (N, 16, 14, 14)
        norm1=nn.BatchNorm2d(16),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(16, 32, 3, stride=2, padding=1),  # (N, 32, 7, 7)
        norm2=nn.BatchNorm2d(32),
        relu2=nn.ReLU(),
        conv3=nn.Conv2d(32, 64, 3, stride=2, padding=1),  # (N, 64, 4, 4)
        norm3=nn.BatchNorm2d(64),
        relu3=nn.ReLU(),
        flatten=nn.Flatten(),  # (N, 1024)
        dense=nn.Linear(1024, 10),  # (N, 10)
    )


SPEC = NetworkSpec(
    label=mark("Strided"),
    description=mark("No pooling: a stride of 2 halves the maps while they are made."),
    build=build,
    tutorial=TrainingSettings(
        network="strided", normalisation="half", optimiser="adam", learning_rate=1e-3, batch_size=100
    ),
)
