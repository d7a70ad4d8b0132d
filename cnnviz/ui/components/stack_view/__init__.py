"""Stacked layers as squares: pointing at a unit shows what it sees of every map before it."""

from __future__ import annotations

from cnnviz.convolution.layer_language import KINDS
from cnnviz.convolution.stack import Stack
from cnnviz.language import say
from cnnviz.ui.components.shared.mount import component

_mount = component("stack_view", "grid")


def stack_view(stack: Stack, *, key: str) -> None:
    """Draw the maps of a stack; pointing stays in the browser."""
    names = [say("Input"), *(f"{k} · {say(KINDS[layer.kind])}" for k, layer in enumerate(stack.layers, 1))]
    levels = [
        {"name": name, "channels": channels, "side": side}
        for name, (channels, side) in zip(names, stack.shapes, strict=True)
    ]
    fields = [
        [vars(stack.receptive_field(level, below).rows) for below in range(level + 1)] for level in range(len(levels))
    ]
    _mount(key=key, data={"levels": levels, "fields": fields})
