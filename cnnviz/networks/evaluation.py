"""Evaluation of a network: running statistics in batch normalisation, no dropout, no gradients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.networks.fast.quick import quick

BATCH_SIZE = 500  # images; larger batches leave the processor's cache


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; the mode of each layer is restored at the end."""
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
        fast = quick(network, exact=True)
        return torch.cat([fast(chunk) for chunk in images.split(BATCH_SIZE)])


def evaluate(network: nn.Sequential, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy (nats per image) and accuracy, the right answers counted as integers."""
    logits = outputs(network, images)
    return F.cross_entropy(logits, labels).item(), int((logits.argmax(1) == labels).sum()) / len(labels)
