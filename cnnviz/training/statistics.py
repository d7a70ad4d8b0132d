"""Statistics of layers while a network trains: gradient norms and dead units."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cnnviz.networks.evaluation import evaluating
from cnnviz.training.records import LayerStatistics


def statistics(network: nn.Module, step: int, images: Tensor) -> LayerStatistics:
    """Gradient norms of the last step, and dead units for a sample of (N, C, H, W) images."""
    return LayerStatistics(step, gradient_norms(network), dead_shares(network, images))


def gradient_norms(network: nn.Module) -> dict[str, float]:
    """Euclidean norm of the gradient of each layer's weights, by its name; empty before the first step."""
    layers = {
        name: layer.weight.grad for name, layer in network.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))
    }
    return {name: float(gradient.norm()) for name, gradient in layers.items() if gradient is not None}


def dead_shares(network: nn.Module, images: Tensor) -> dict[str, float]:
    """Share of dead units of each ReLU: those whose activation is 0 for every image, in evaluation mode.

    A unit is one channel of a map, or one number of a row.
    """
    shares: dict[str, float] = {}

    def listen(name: str) -> torch.utils.hooks.RemovableHandle:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            shares[name] = float((output.transpose(0, 1).flatten(1).amax(1) <= 0).float().mean())

        return relus[name].register_forward_hook(hook)

    relus = {name: layer for name, layer in network.named_modules() if isinstance(layer, nn.ReLU)}
    handles = [listen(name) for name in relus]
    try:
        with evaluating(network):
            network(images)
    finally:
        for handle in handles:
            handle.remove()
    return shares
