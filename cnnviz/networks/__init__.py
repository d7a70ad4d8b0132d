"""The networks that can be trained: one file each, one line in NETWORKS."""

from __future__ import annotations

import torch
from torch import nn

from cnnviz.networks import custom, dense, inception, plain, residual, same_padded, strided, two_conv
from cnnviz.networks.records import NetworkSpec
from cnnviz.refusal import Refusal, quoted
from cnnviz.settings import TrainingSettings

NETWORKS: dict[str, NetworkSpec] = {
    "two_conv": two_conv.SPEC,
    "same_padded": same_padded.SPEC,
    "strided": strided.SPEC,
    "inception": inception.SPEC,
    "residual": residual.SPEC,
    "plain": plain.SPEC,
    "dense": dense.SPEC,
    "custom": custom.SPEC,
}


def spec(name: str) -> NetworkSpec:
    """What is known about a network; Refusal lists the names when there is none of this name."""
    if name not in NETWORKS:
        raise Refusal("There is no network {name}; there are {known}.", name=quoted(name), known=", ".join(NETWORKS))
    return NETWORKS[name]


def keeps_order(settings: TrainingSettings) -> bool:
    """Whether the layers of a training sum in torch's own order, bit for bit as the tutorials."""
    return settings.exact or not spec(settings.network).reordered


def build(settings: TrainingSettings) -> nn.Sequential:
    """A fresh network, initialised by torch's defaults after torch was seeded with the settings' seed.

    Raises:
        Refusal: there is no such network, or its layers do not fit.
    """
    torch.manual_seed(settings.seed)
    network: nn.Sequential = spec(settings.network).build(settings)
    return network
