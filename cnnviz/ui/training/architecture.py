"""The chosen network: its diagram, and a table of what each layer costs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cnnviz.figures.network import diagram_height, network_diagram
from cnnviz.networks import anatomy
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
    with expander("The network", "network_open", "🧩"):
        if not at("network_open"):
            return
        try:
            parts = parts_of(settings.network, settings.blocks, settings.layers, settings.batch_size)
        except Refusal as refusal:
            st.error(f"This network cannot be built: {refusal}", icon="✋")
            return
        plotly_view(
            network_diagram(parts, of=f"{settings.network} {settings.blocks} {settings.layers}"),
            key="diagram",
            height=diagram_height(parts),
            alt=f"Diagram of the network: {', then '.join(part.name for part in parts)}.",
        )
        _table(parts, settings)


def _table(parts: Sequence[Part], settings: TrainingSettings) -> None:
    rows = [
        {
            "Layer": part.name,
            "Kind": f"{part.kind} {part.words}".strip(),
            "Output": "×".join(map(str, part.shape)),
            "Parameters": f"{part.written} = {part.parameters:,}" if part.written else "0",
            "Multiply-adds": part.multiply_adds,
            "Sees": f"{part.look[0]}×{part.look[0]}",
            "ms per batch": part.milliseconds,
        }
        for part in parts
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "Multiply-adds": st.column_config.NumberColumn(format="localized", help="For one image."),
            "Sees": st.column_config.TextColumn(help="Pixels of the image that reach one unit."),
            "ms per batch": st.column_config.NumberColumn(
                format="%.2f", help=f"Forward pass of {settings.batch_size} images, measured here."
            ),
        },
        alt=f"{len(rows)} layers of the network.",
    )
    total, products = sum(part.parameters for part in parts), sum(part.multiply_adds for part in parts)
    st.caption(f"{total:,} parameters in all; {products:,} multiply-adds for one image.")
