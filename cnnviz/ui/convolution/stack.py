"""Stack layers: up to six of them, the shape after each, and what a deep unit sees."""

from __future__ import annotations

from fractions import Fraction

import streamlit as st

from cnnviz.convolution.layer_language import KINDS, STACK, Layer, write
from cnnviz.convolution.stack import INPUT_LIMITS, Stack, parse_stack
from cnnviz.convolution.stack_examples import STACKS
from cnnviz.language import mark, say
from cnnviz.refusal import Range, Refusal
from cnnviz.ui.components.stack_view import stack_view
from cnnviz.ui.convolution.room import room
from cnnviz.ui.frame.address import at, fragment, put
from cnnviz.ui.frame.controls import line
from cnnviz.ui.frame.layer_rows import Field, layer_rows
from cnnviz.ui.frame.pickers import OWN, pick
from cnnviz.ui.frame.refusals import gesture

START = STACKS["two_3"]
LABELS = {
    "channels": mark("Channels {number}"),
    "kernel_size": mark("Kernel {number}"),
    "stride": mark("Stride {number}"),
    "padding": mark("Padding {number}"),
    "dilation": mark("Dilation {number}"),
}
ROWS = {
    "conv": mark("{number} convolution"),
    "max": mark("{number} max pooling"),
    "mean": mark("{number} average pooling"),
}


@fragment
def stack_section() -> None:
    """The controls, the picture, and the table; their text is the truth, and in the address."""
    places = room("stack")
    with places.knobs:
        example, controls, written = st.container(), st.container(gap="small"), st.container()
    with written:
        line(say("The stack as text"), "stack")
    text = at("stack")
    now = next((name for name, preset in STACKS.items() if preset.text == text), OWN)
    with example:
        pick(say("Example of a stack"), "stack_example", STACKS, now, lambda name: _write(STACKS[name].text))
    try:
        stack = parse_stack(text)
    except Refusal as refusal:
        with places.picture:
            st.error(say("This does not fit: {refusal}", refusal=refusal.sentence), icon=":material/block:")
            st.button(say("Back to the first stack"), on_click=gesture(_write), args=(START.text,), key="stack_reset")
        return
    with controls:
        _edit(stack)
    with places.picture:
        stack_view(stack, key="stack_view")
        st.markdown(f"{table(stack)}\n\n{comparison(now)}")


def _write(text: str) -> None:
    put(stack=text)


def _edit(stack: Stack) -> None:
    """A row of fields for the input, and one for each layer."""
    layers = list(stack.layers)
    most = Range(1, STACK.most_layers)
    channels, side, count = st.columns(3)
    with channels:
        _number(say("Input channels"), INPUT_LIMITS["channels"], stack.channels, "stack_channels", layers)
    with side:
        _number(say("Input side"), INPUT_LIMITS["side"], stack.side, "stack_side", layers)
    with count:
        _number(say("Layers"), most, len(layers), "stack_layers", layers)
    kinds = {kind: say(label) for kind, label in KINDS.items()}
    numbers = [Field(name, label, limits=STACK.limits[name]) for name, label in LABELS.items()]
    fields = [Field("kind", mark("Layer {number}"), 1.6, options=kinds), *numbers]
    layer_rows(layers, fields, prefix="stack_layer", on_change=_rewrite)


def _number(label: str, limits: Range, value: int, key: str, layers: list[Layer]) -> None:
    st.session_state[key] = value
    st.number_input(label, int(limits.low), int(limits.high), key=key, on_change=gesture(_rewrite), args=(layers,))


def _rewrite(layers: list[Layer]) -> None:
    """The text from the fields; a new layer is like the last one."""
    state = st.session_state
    count = int(state["stack_layers"])
    layers = [*layers, *[layers[-1]] * count][:count]
    _write(f"{state['stack_channels']}x{state['stack_side']}; {write(layers, STACK)}")


def table(stack: Stack) -> str:
    """Shape, parameters, work and receptive field of each layer, in Markdown."""
    head = say("| layer | shape | parameters | multiply-adds | sees |")
    first = say("| input | {channels} × {side} × {side} | | | 1 × 1 |", channels=stack.channels, side=stack.side)
    last = say(
        "| **all** | | **{parameters:,}** | **{products:,}** | |",
        parameters=stack.parameters,
        products=stack.multiply_adds,
    )
    layers = [_row(stack, number) for number in range(1, len(stack.layers) + 1)]
    return "\n".join([head, "| --- | --- | ---: | ---: | ---: |", first, *layers, last])


def _row(stack: Stack, number: int) -> str:
    """A layer, the number-th."""
    layer, cost, (channels, side) = stack.layers[number - 1], stack.costs[number - 1], stack.shapes[number]
    rows, columns = stack.receptive_field(number).size
    learned, work = "0", say("{count:,} values", count=cost.multiply_adds)
    if layer.kind == "conv":
        learned, work = f"{cost.written_sum} = {cost.parameters:,}", f"{cost.multiply_adds:,}"
    name = say(ROWS[layer.kind], number=number)
    seen = f"{rows} × {columns}"
    if rows > stack.side:
        seen = say("{side} × {side} ({rows} × {columns} with padding)", side=stack.side, rows=rows, columns=columns)
    return f"| {name} | {channels} × {side} × {side} | {learned} | {work} | {seen} |"


def comparison(name: str) -> str:
    """An example beside the one that does the same, in Markdown; empty without one."""
    if name not in STACKS or not STACKS[name].rival:
        return ""
    ours, theirs = STACKS[name], STACKS[STACKS[name].rival]
    weights = Fraction(ours.stack.weights, theirs.stack.weights)
    values = {
        "ours": say(ours.label),
        "theirs": say(theirs.label).lower(),
        "our_weights": ours.stack.weights,
        "their_weights": theirs.stack.weights,
        "our_products": ours.stack.multiply_adds,
        "their_products": theirs.stack.multiply_adds,
        "work": ours.stack.multiply_adds / theirs.stack.multiply_adds,
    }
    if weights.denominator < 100:
        return say(
            "**{ours}** against **{theirs}**: {our_weights:,} weights against {their_weights:,} ({share}), "
            "{our_products:,} multiply-adds against {their_products:,} ({work:.2g} times).",
            share=str(weights),
            **values,
        )
    return say(
        "**{ours}** against **{theirs}**: {our_weights:,} weights against {their_weights:,} ({share:.2g} times), "
        "{our_products:,} multiply-adds against {their_products:,} ({work:.2g} times).",
        share=float(weights),
        **values,
    )
