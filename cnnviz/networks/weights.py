"""Weights of networks: copied out, and put back into a network."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from cnnviz import networks
from cnnviz.arrays import Array
from cnnviz.networks.matching import sides
from cnnviz.refusal import Refusal, quoted
from cnnviz.settings import TrainingSettings


def weights_of(network: nn.Module) -> dict[str, Array]:
    """A copy of the state of a network: parameters and running statistics."""
    return {name: tensor.detach().cpu().contiguous().clone().numpy() for name, tensor in network.state_dict().items()}


def load_network(settings: TrainingSettings, weights: Mapping[str, Array]) -> nn.Sequential:
    """The network of a run with its weights, in evaluation mode and frozen.

    Raises:
        Refusal: names or shapes are not those of the network; the sentence names the first difference.
    """
    network = networks.build(settings)
    expected = network.state_dict()
    for name, tensor in expected.items():
        if name not in weights:
            raise Refusal("The weights lack {name}, which {network} has.", name=name, network=settings.network)
        found, wanted = sides(weights[name].shape), sides(tuple(tensor.shape))
        if found != wanted:
            raise Refusal("{name} is {found}, and this network has {wanted}.", name=name, found=found, wanted=wanted)
    extra = next((name for name in weights if name not in expected), None)
    if extra is not None:
        raise Refusal(
            "The weights have {name}, which {network} does not have.", name=quoted(extra), network=settings.network
        )
    network.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    return network.requires_grad_(False).eval()


def first_kernels(network: nn.Module) -> Array | None:
    """(C_out, C_in, k_h, k_w) kernels of the first convolution, or None in a network without one."""
    first = next((layer for layer in network.modules() if isinstance(layer, nn.Conv2d)), None)
    return None if first is None else first.weight.detach().numpy()
