"""torch's optimisers by their names in the settings, and their state as arrays."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from cnnviz.arrays import Array
from cnnviz.settings import TrainingSettings


def build(network: nn.Module, settings: TrainingSettings) -> torch.optim.Optimizer:
    """The optimiser of the settings; unless they ask for exact results, torch's fused one, which rounds otherwise."""
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


def adjust(optimiser: torch.optim.Optimizer, settings: TrainingSettings, rate: float) -> None:
    """Set the learning rate of an optimiser, and momentum and weight decay of the settings, which may have changed."""
    group = optimiser.param_groups[0]
    group["lr"], group["weight_decay"] = rate, settings.weight_decay
    if "momentum" in group:
        group["momentum"], group["nesterov"] = settings.momentum, settings.nesterov


def state_of(optimiser: torch.optim.Optimizer) -> dict[str, Array]:
    """Momentum buffers, moment estimates and step counts of an optimiser, by parameter number and torch's name."""
    return {
        f"{index}.{name}": value.detach().cpu().contiguous().clone().numpy()
        for index, parameter in enumerate(optimiser.param_groups[0]["params"])
        for name, value in optimiser.state[parameter].items()
        if isinstance(value, torch.Tensor)
    }


def restore(optimiser: torch.optim.Optimizer, arrays: Mapping[str, Array]) -> None:
    """Replace the state of an optimiser by one that `state_of` returned."""
    optimiser.state.clear()
    group = optimiser.param_groups[0]
    for key, array in arrays.items():
        index, name = key.split(".")
        parameter, value = group["params"][int(index)], torch.tensor(array)
        if value.shape == parameter.shape:  # a buffer takes device and memory format of its parameter
            value = torch.empty_like(parameter).copy_(value)
        elif group.get("fused"):  # torch's fused ones count their steps on the device, all others on the CPU
            value = value.to(parameter.device)
        optimiser.state[parameter][name] = value
