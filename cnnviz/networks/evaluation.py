"""What a network answers while it is not trained: batch normalisation as learned, no dropout, no gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.networks.fast.quick import quick

IMAGES_AT_ONCE = 500  # images; larger batches leave the processor's cache


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """The network in evaluation mode, without gradients; the mode of each of its layers is put back."""
    modes = [(layer, layer.training) for layer in network.modules()]
    network.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for layer, mode in modes:
            layer.training = mode


def outputs(network: nn.Sequential, images: Tensor) -> Tensor:
    """(N, D) outputs for normalised images: logits, or the features where a network lacks its last layer."""
    with evaluating(network):
        same_sooner = quick(network, exact=True)
        return torch.cat([same_sooner(chunk) for chunk in images.split(IMAGES_AT_ONCE)])


def evaluate(network: nn.Sequential, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy (nats per image) and accuracy."""
    logits = outputs(network, images)
    return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()
