"""Devices and threads of a training."""

from __future__ import annotations

import os

import torch
from torch import Tensor

from cnnviz.language import one_of
from cnnviz.refusal import Refusal


def device_of(name: str) -> torch.device:
    """The torch device of this name; "auto" is the fastest one here.

    Raises:
        Refusal: this computer does not have it.
    """
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(device for device in ("cuda", "mps", "cpu") if here[device]))
    if not here[name]:
        others = one_of(device for device, is_here in here.items() if is_here)
        raise Refusal("This computer has no {device}; use {others}.", device=name, others=others)
    return torch.device(name)


def random_state(device: torch.device) -> Tensor:
    """State (n,) of the random numbers that are drawn on a device, of dropout, say; bytes on the CPU."""
    return {"cuda": torch.cuda, "mps": torch.mps}.get(device.type, torch).get_rng_state()


def restore_random_state(device: torch.device, state: Tensor) -> None:
    """Let a device go on with its random numbers from a state of `random_state`."""
    {"cuda": torch.cuda, "mps": torch.mps}.get(device.type, torch).set_rng_state(state)


def threads() -> int:
    """Number of threads of torch in a worker: all processors but one, which is left to the server."""
    return max(1, (os.cpu_count() or 2) - 1)
