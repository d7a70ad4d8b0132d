"""Two convolutions, each followed by residual blocks; the plain network is the same without the skips."""

from __future__ import annotations

from torch import nn

from cnnviz.language import mark
from cnnviz.networks.blocks import Residual, chain, repeated
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import GENTLE, TrainingSettings


def block(channels: int, skip: bool) -> Residual:
    """Two 3x3 convolutions that keep the shape (N, channels, H, W)."""
    body = chain(
        conv1=nn.Conv2d(channels, channels, 3, padding=1),
        relu=nn.ReLU(),
        conv2=nn.Conv2d(channels, channels, 3, padding=1),
    )
    return Residual(body, skip=skip)


def build(settings: TrainingSettings, *, skip: bool = True) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits, with settings.blocks blocks after each convolution."""
    return chain(
        conv1=nn.Conv2d(1, 16, 5),  # (N, 16, 24, 24)
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),  # (N, 16, 12, 12)
        **repeated("block1", settings.blocks, lambda: block(16, skip)),  # (N, 16, 12, 12)
        conv2=nn.Conv2d(16, 32, 5),  # (N, 32, 8, 8)
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),  # (N, 32, 4, 4)
        **repeated("block2", settings.blocks, lambda: block(32, skip)),  # (N, 32, 4, 4)
        flatten=nn.Flatten(),  # (N, 512)
        dense=nn.Linear(512, 10),  # (N, 10)
    )


SPEC = NetworkSpec(
    label=mark("Residual"),
    description=mark(
        "A skip adds the input of a block to its output, so that gradients reach even a deep network's start."
    ),
    build=build,
    reordered=False,  # hardly faster here, and in deep blocks other rounding grows tenfold every thirty steps
    tutorial=GENTLE.but(network="residual"),
)
