"""The chosen network: its diagram, and a table of what each layer costs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.figures.network import diagram_height, network_diagram
from cnnviz.language import joined, mark, say, say_count
from cnnviz.networks import NETWORKS, anatomy
from cnnviz.networks.records import Part
from cnnviz.refusal import Refusal
from cnnviz.settings import TrainingSettings
from cnnviz.ui.components.plotly_view import plotly_view
from cnnviz.ui.frame.address import at
from cnnviz.ui.frame.controls import expander


@st.cache_resource(max_entries=64, show_spinner=False)
def parts_of(network: str, blocks: int, layers: str, batch_size: int) -> Sequence[Part]:
    """The parts of a network, measured once."""
    settings = TrainingSettings(network=network, blocks=blocks, layers=layers, batch_size=batch_size)
    return anatomy.anatomy(settings)


def architecture(settings: TrainingSettings) -> None:
    """Diagram and table, when the visitor opens them."""
    with expander(say("The network"), "network_open", ":material/extension:"):
        if not at("network_open"):
            return
        try:
            parts = parts_of(settings.network, settings.blocks, settings.layers, settings.batch_size)
        except Refusal as refusal:
            st.error(say("This network cannot be built: {refusal}", refusal=refusal.sentence), icon=":material/block:")
            return
        st.caption(say(NETWORKS[settings.network].description))
        plotly_view(
            network_diagram(parts, of=f"{settings.network} {settings.blocks} {settings.layers}"),
            key="diagram",
            file=f"cnnviz-{settings.network}",
            height=diagram_height(parts),
            alt=say(
                "Diagram of the network: {names}.",
                names=joined((part.name for part in parts), mark("{first}, then {second}")),
            ),
        )
        st.caption(_totals(parts))
        with st.popover(say("What each layer costs"), width="stretch", key="costs"), st.container(key="costs_table"):
            _table(parts, settings)


def _table(parts: Sequence[Part], settings: TrainingSettings) -> None:
    rows = [
        {
            "Layer": part.name,
            "Kind": f"{part.kind} {part.words}".strip(),
            "Output": "×".join(map(str, part.shape)),
            "Parameters": part.parameters,
            "Counted": part.written,
            "Multiply-adds": part.multiply_adds,
            "Sees": part.seen,
            "ms per batch": part.milliseconds,
        }
        for part in parts
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "Layer": st.column_config.TextColumn(say("Layer")),
            "Kind": st.column_config.TextColumn(say("Kind")),
            "Output": st.column_config.TextColumn(say("Output")),
            "Parameters": st.column_config.NumberColumn(say("Parameters"), format="localized"),
            "Counted": st.column_config.TextColumn(say("How they are counted"), width="medium"),
            "Multiply-adds": st.column_config.NumberColumn(
                say("Multiply-adds"), format="localized", help=say("For one image.")
            ),
            "Sees": st.column_config.TextColumn(
                say("Sees"), help=say("The receptive field of a unit, at most: rows and columns of the image.")
            ),
            "ms per batch": st.column_config.NumberColumn(
                say("ms per batch"),
                format="%.2f",
                help=say(
                    "Forward pass of {count} images, the median of several; none is told where they scatter, "
                    "as on a busy computer.",
                    count=settings.batch_size,
                ),
            ),
        },
        alt=say_count("{count} layer of the network.", "{count} layers of the network.", len(rows)),
    )


def _totals(parts: Sequence[Part]) -> str:
    """Parameters and multiply-adds of all layers, as far as they are known."""
    parameters = sum(part.parameters for part in parts)
    products = sum(part.multiply_adds or 0 for part in parts)
    unknown = [part.name for part in parts if part.multiply_adds is None]
    if unknown:
        return say(
            "{parameters:,} parameters in all; {products:,} multiply-adds for one image, and those of {names}.",
            parameters=parameters,
            products=products,
            names=", ".join(unknown),
        )
    return say(
        "{parameters:,} parameters in all; {products:,} multiply-adds for one image.",
        parameters=parameters,
        products=products,
    )
