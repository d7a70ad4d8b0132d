"""Only dense layers: the comparison that shows what convolutions are good for."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from cnnviz.language import mark
from cnnviz.networks.blocks import chain
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import GENTLE, TrainingSettings

SIZES = (784, 512, 256, 128, 64)


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits."""
    layers: dict[str, nn.Module] = {}
    for index, (inputs, outputs) in enumerate(pairwise(SIZES), start=1):
        layers[f"dense{index}"] = nn.Linear(inputs, outputs)
        layers[f"relu{index}"] = nn.ReLU()
    return chain(flatten=nn.Flatten(), **layers, dense=nn.Linear(SIZES[-1], 10))


SPEC = NetworkSpec(
    label=mark("Dense"),
    description=mark(
        "Every pixel is joined to every unit of the first layer: it must learn each place of the image anew."
    ),
    build=build,
    tutorial=GENTLE.but(network="dense"),
)
