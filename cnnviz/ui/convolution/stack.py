"""Stack layers: up to six of them, the shape after each, and what a deep unit sees."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import streamlit as st

from cnnviz.convolution.stack import INPUT_LIMITS, KINDS, LIMITS, MOST_LAYERS, Stack, StackLayer, parse_stack
from cnnviz.convolution.stack_examples import STACKS
from cnnviz.refusal import Range, Refusal
from cnnviz.ui.components.stack_view import stack_view
from cnnviz.ui.frame.address import at, bound, put
from cnnviz.ui.frame.pickers import OWN, pick

START = STACKS["two_3"]
LABELS = {
    "channels": "Channels",
    "kernel_size": "Kernel",
    "stride": "Stride",
    "padding": "Padding",
    "dilation": "Dilation",
}


@st.fragment
def stack_section() -> None:
    """The controls, the picture, and the table; their text is the truth, and in the address."""
    example, controls, written = st.container(), st.container(), st.container()
    with written:
        st.text_input("The stack as text", **bound("stack"))
    text = at("stack")
    now = next((name for name, preset in STACKS.items() if preset.text == text), OWN)
    with example:
        pick("Example of a stack", "stack_example", STACKS, now, lambda name: _write(STACKS[name].text))
    try:
        stack = parse_stack(text)
    except Refusal as refusal:
        st.error(f"This does not fit: {refusal}", icon="✋")
        st.button("Back to the first stack", on_click=_write, args=(START.text,), key="stack_reset")
        return
    with controls:
        _edit(stack)
    stack_view(stack, key="stack_view")
    st.markdown(f"{table(stack)}\n\n{comparison(now)}")


def _write(text: str) -> None:
    put(stack=text)


def _edit(stack: Stack) -> None:
    """A row of fields for the input, and one for each layer."""
    channels, side, count = st.columns(3)
    with channels:
        _field("Input channels", INPUT_LIMITS["channels"], stack.channels, "stack_channels", stack)
    with side:
        _field("Input side", INPUT_LIMITS["side"], stack.side, "stack_side", stack)
    with count:
        _field("Layers", Range(1, MOST_LAYERS), len(stack.layers), "stack_layers", stack)
    for k, layer in enumerate(stack.layers):
        kind, *columns = st.columns([1.6, 1, 1, 1, 1, 1])
        with kind:
            st.session_state[f"layer_{k}_kind"] = layer.kind
            st.selectbox(
                f"Layer {k + 1}",
                list(KINDS),
                format_func=KINDS.__getitem__,
                key=f"layer_{k}_kind",
                on_change=_rewrite,
                args=(stack,),
            )
        for (name, limits), column in zip(LIMITS.items(), columns, strict=True):
            if layer.kind == "conv" or name not in ("channels", "dilation"):
                with column:
                    _field(f"{LABELS[name]} {k + 1}", limits, getattr(layer, name), f"layer_{k}_{name}", stack)


def _field(label: str, limits: Range, value: int, key: str, stack: Stack) -> None:
    st.session_state[key] = value
    st.number_input(label, int(limits.low), int(limits.high), key=key, on_change=_rewrite, args=(stack,))


def _rewrite(stack: Stack) -> None:
    """The text from the fields; a new layer is like the last one, a pooling begins with windows side by side."""
    state = st.session_state
    layers = [_layer(k, layer) for k, layer in enumerate(stack.layers)]
    count = int(state["stack_layers"])
    layers = [*layers, *[layers[-1]] * count][:count]
    head = f"{state['stack_channels']}x{state['stack_side']}"
    _write("; ".join([head, *(layer.text for layer in layers)]))


def _layer(k: int, before: StackLayer) -> StackLayer:
    state = st.session_state
    kind = state[f"layer_{k}_kind"]
    if kind != before.kind and kind != "conv":
        return StackLayer(kind, kernel_size=2, stride=2)
    if kind != before.kind:
        return replace(before, kind=kind, stride=1, kernel_size=3)
    given: dict[str, Any] = {name: int(state[key]) for name in LIMITS if (key := f"layer_{k}_{name}") in state}
    return replace(before, **given)


def table(stack: Stack) -> str:
    """Shape, parameters, work and view of each layer, in Markdown."""
    lines = ["| layer | shape | parameters | multiply-adds | sees |", "| --- | --- | ---: | ---: | ---: |"]
    lines.append(f"| input | {stack.channels} × {stack.side} × {stack.side} | | | 1 × 1 |")
    for k, (layer, cost) in enumerate(zip(stack.layers, stack.costs, strict=True), 1):
        channels, side = stack.shapes[k]
        size = stack.field(k).size
        learned = (
            f"{cost.c_out} × ({cost.slices} × {layer.kernel_size}² + 1) = {cost.parameters:,}"
            if layer.kind == "conv"
            else "0"
        )
        work = f"{cost.multiply_adds:,}" if layer.kind == "conv" else f"{cost.multiply_adds:,} values"
        name = f"{k} {KINDS[layer.kind].lower()}"
        lines.append(f"| {name} | {channels} × {side} × {side} | {learned} | {work} | {size} × {size} |")
    lines.append(f"| **all** | | **{stack.parameters:,}** | **{stack.multiply_adds:,}** | |")
    return "\n".join(lines)


def comparison(name: str) -> str:
    """A preset beside the one that does the same, in Markdown; empty without one."""
    if name not in STACKS or not STACKS[name].rival:
        return ""
    ours, theirs = STACKS[name], STACKS[STACKS[name].rival]
    weights = Fraction(ours.stack.weights, theirs.stack.weights)
    work = ours.stack.multiply_adds / theirs.stack.multiply_adds
    return (
        f"**{ours.label}** against **{theirs.label.lower()}**: {ours.stack.weights:,} weights against "
        f"{theirs.stack.weights:,} ({_ratio(weights)}), {ours.stack.multiply_adds:,} multiply-adds against "
        f"{theirs.stack.multiply_adds:,} ({work:.2g} times)."
    )


def _ratio(share: Fraction) -> str:
    return str(share) if share.denominator < 100 else f"{float(share):.2g} times"
