"""Two convolutions, each followed by four branches side by side: 1x1, 5x5, two 3x3, and pooling."""

from __future__ import annotations

from torch import nn

from cnnviz.language import mark
from cnnviz.networks.blocks import Branches, chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import GENTLE, TrainingSettings

WIDTH = 16 + 24 + 24 + 24  # channels that come out of a block


def block(channels: int) -> Branches:
    """(N, channels, H, W) to (N, 88, H, W)."""
    return Branches(
        one=chain(conv=nn.Conv2d(channels, 16, 1)),
        five=chain(reduce=nn.Conv2d(channels, 16, 1), conv=nn.Conv2d(16, 24, 5, padding=2)),
        three=chain(
            reduce=nn.Conv2d(channels, 16, 1),
            conv1=nn.Conv2d(16, 24, 3, padding=1),
            conv2=nn.Conv2d(24, 24, 3, padding=1),
        ),
        pool=chain(mean=nn.AvgPool2d(3, stride=1, padding=1), conv=nn.Conv2d(channels, 24, 1)),
    )


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    return chain(
        conv1=nn.Conv2d(1, 10, 5),  # (N, 10, 24, 24)
        pool1=nn.MaxPool2d(2),  # (N, 10, 12, 12)
        relu1=nn.ReLU(),
        inception1=block(10),  # (N, 88, 12, 12)
        conv2=nn.Conv2d(WIDTH, 20, 5),  # (N, 20, 8, 8)
        pool2=nn.MaxPool2d(2),  # (N, 20, 4, 4)
        relu2=nn.ReLU(),
        inception2=block(20),  # (N, 88, 4, 4)
        flatten=nn.Flatten(),  # (N, 1408)
        dense=nn.Linear(1408, 10),  # (N, 10)
    )


SPEC = NetworkSpec(
    label=mark("Inception"),
    description=mark("Kernels of several sizes look side by side; 1x1 convolutions keep that cheap."),
    build=build,
    tutorial=GENTLE.but(network="inception"),
    known_as={
        "fc": "dense",
        **{f"incep{number}": f"inception{number}" for number in (1, 2)},
        "branch1x1": "branches.one.conv",
        "branch5x5_1": "branches.five.reduce",
        "branch5x5_2": "branches.five.conv",
        "branch3x3_1": "branches.three.reduce",
        "branch3x3_2": "branches.three.conv1",
        "branch3x3_3": "branches.three.conv2",
        "branch_pool": "branches.pool.conv",
    },
)
