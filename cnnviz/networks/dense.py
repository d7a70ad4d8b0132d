"""Only dense layers: the comparison that shows what convolutions are good for."""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

from torch import nn

from cnnviz.records import NetworkSpec
from cnnviz.settings import TrainingSettings

SIZES = (784, 512, 256, 128, 64)


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    layers: OrderedDict[str, nn.Module] = OrderedDict(flatten=nn.Flatten())  # (N, 784)
    for index, (inputs, outputs) in enumerate(pairwise(SIZES), start=1):
        layers[f"dense{index}"] = nn.Linear(inputs, outputs)
        layers[f"relu{index}"] = nn.ReLU()
    layers["dense"] = nn.Linear(SIZES[-1], 10)  # (N, 10)
    return nn.Sequential(layers)


SPEC = NetworkSpec(
    label="Dense",
    lesson="Every pixel is joined to every unit: it must learn each place of the image anew.",
    build=build,
    tutorial=TrainingSettings(
        network="dense",
        normalisation="mnist",
        optimiser="sgd",
        learning_rate=0.01,
        momentum=0.5,
        batch_size=64,
        epochs=10,
    ),
)
