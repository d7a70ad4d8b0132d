"""Three charts: a curve that grows twice a second, a map with images and frames, and a map to choose from."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

import numpy as np  # noqa: E402
import plotly.graph_objects as go  # noqa: E402
import streamlit as st  # noqa: E402

from cnnviz.figures import theme  # noqa: E402
from cnnviz.ui.components.plotly_view import Frames, plotly_view  # noqa: E402
from cnnviz.ui.components.shared import static  # noqa: E402
from cnnviz.ui.components.shared.sprites import Images  # noqa: E402

POINTS, FRAMES = 40, 30
static.FOLDER = HERE / "static"  # beside this script, where Streamlit looks for it


def curve(steps: int) -> go.Figure:
    x = np.arange(steps, dtype=np.float32)
    figure = go.Figure(layout=theme.base_layout(x_title="Step", y_title="Loss, nats per image"))
    figure.add_scatter(x=x, y=np.exp(-x / 20), name="train", mode="lines", line=theme.TRAIN_LINE)
    figure.add_scatter(x=x, y=np.exp(-x / 30), name="test", mode="lines", line=theme.TEST_LINE)
    return figure


def positions() -> np.ndarray:
    """Points that walk from the middle to a circle, (FRAMES, POINTS, 2)."""
    angle = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (np.linspace(0.1, 1, FRAMES)[:, None, None] * circle).astype(np.float32)


def points(at: np.ndarray) -> go.Figure:
    rows = np.arange(POINTS)
    figure = go.Figure(layout=theme.base_layout(xaxis=theme.no_axes(), yaxis=theme.no_axes(scaleanchor="x")))
    marker = {"size": 12, "color": theme.DIGIT_COLOURS[0]}
    figure.add_scatter(x=at[:, 0], y=at[:, 1], customdata=rows, mode="markers", hoverinfo="none", marker=marker)
    figure.add_scatter(
        x=[at[:, 0].mean()], y=[0], customdata=[list(range(POINTS))], mode="text", text=["middle"], hoverinfo="skip"
    )
    return figure.update_layout(showlegend=False)


def images() -> Images:
    """Image i is grey of brightness 6 i."""
    pixels = np.repeat(np.arange(POINTS, dtype=np.uint8) * 6, 28 * 28).reshape(POINTS, 28, 28)
    return Images.of(pixels, [f"Image {i}" for i in range(POINTS)], columns=7)


@st.fragment(run_every=0.5)
def live() -> None:
    st.session_state.steps = st.session_state.get("steps", 10) + 1
    plotly_view(curve(st.session_state.steps), key="curve", file="cnnviz-app", alt="Loss against step", height=300)
    st.text(f"{st.session_state.steps} steps")


def page() -> None:
    live()
    walk = positions()
    count = st.slider("Frames", 2, FRAMES, FRAMES)
    frames = Frames(walk[:count], range(0, 10 * count, 10))
    plotly_view(
        points(walk[-1]),
        key="map",
        file="cnnviz-app",
        alt="Map of the images",
        height=300,
        images=images(),
        frames=frames,
    )
    chosen = plotly_view(
        points(walk[-1]), key="chosen", file="cnnviz-app", alt="Map to choose from", height=300, on_select=lambda: None
    )
    st.text(f"chosen: {sorted(chosen)}")


st.navigation(
    [
        st.Page(page, title="Home", url_path="home", default=True),
        st.Page(lambda: page(), title="Deep", url_path="deep"),
    ],
    position="hidden",
).run()
