"""torch's optimisers as the settings name them, what can be changed while they work, and their memory as arrays."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from cnnviz.arrays import Array
from cnnviz.settings import TrainingSettings


def build(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """torch's own optimiser; the fused one, where there is one, may round differently and is faster."""
    parameters, rate, decay = network.parameters(), settings.learning_rate, settings.weight_decay
    fused = not settings.exact
    match settings.optimiser:
        case "adam":
            return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=fused)
        case "adamw":
            return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=fused)
        case "rmsprop":
            return torch.optim.RMSprop(parameters, lr=rate, weight_decay=decay, momentum=settings.momentum)
    return torch.optim.SGD(
        parameters,
        lr=rate,
        momentum=settings.momentum,
        nesterov=settings.nesterov,
        weight_decay=decay,
        fused=fused,
    )


def steer(optimiser: torch.optim.Optimizer, settings: TrainingSettings, rate: float) -> None:
    """Give an optimiser this rate, and the momentum and decay of these settings."""
    group = optimiser.param_groups[0]
    group["lr"], group["weight_decay"] = rate, settings.weight_decay
    if "momentum" in group:
        group["momentum"], group["nesterov"] = settings.momentum, settings.nesterov


def memory(optimiser: torch.optim.Optimizer) -> dict[str, Array]:
    """What an optimiser remembers of the past steps, by parameter number and torch's name."""
    return {
        f"{index}.{name}": value.detach().cpu().contiguous().clone().numpy()
        for index, parameter in enumerate(optimiser.param_groups[0]["params"])
        for name, value in optimiser.state[parameter].items()
        if isinstance(value, torch.Tensor)
    }


def remember(optimiser: torch.optim.Optimizer, arrays: Mapping[str, Array]) -> None:
    """Give an optimiser the memory of another one, in place of its own."""
    optimiser.state.clear()
    parameters = optimiser.param_groups[0]["params"]
    for key, array in arrays.items():
        index, name = key.split(".")
        parameter = parameters[int(index)]
        value = torch.tensor(array)
        like = value.shape == parameter.shape
        optimiser.state[parameter][name] = torch.empty_like(parameter).copy_(value) if like else value
