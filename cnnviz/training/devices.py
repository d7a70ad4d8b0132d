"""Devices and threads of a training."""

from __future__ import annotations

import os

import torch

from cnnviz.refusal import Refusal


def device_of(name: str) -> torch.device:
    """The device of this name; "auto" is the fastest there is.

    Raises:
        Refusal: this computer does not have it.
    """
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return torch.device(next(device for device in ("cuda", "mps", "cpu") if here[device]))
    if not here[name]:
        raise Refusal(f"This computer has no {name}; use {' or '.join(n for n, is_here in here.items() if is_here)}.")
    return torch.device(name)


def threads() -> int:
    """Of torch in a child: one processor is left to the server."""
    return max(1, (os.cpu_count() or 2) - 1)
