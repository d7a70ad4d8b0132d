"""The residual network without its skips: is deeper always better?"""

from __future__ import annotations

from torch import nn

from cnnviz.language import mark
from cnnviz.networks import residual
from cnnviz.networks.records import NetworkSpec
from cnnviz.settings import TrainingSettings


def build(settings: TrainingSettings) -> nn.Sequential:
    """(N, 1, 28, 28) images to (N, 10) logits, with settings.blocks blocks after each convolution."""
    return residual.build(settings, skip=False)


SPEC = NetworkSpec(
    label=mark("Plain"),
    description=mark(
        "The residual network without its skips: with more blocks it learns worse, although it could do more."
    ),
    build=build,
    reordered=residual.SPEC.reordered,
    tutorial=residual.SPEC.tutorial.but(network="plain"),
)
