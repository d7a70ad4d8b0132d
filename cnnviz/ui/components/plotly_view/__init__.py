"""One chart that lives on: plotly.js in a component of our own, updated in place.

Zoom and legend survive an update, nothing flickers, hovering a point can show its image, and a sequence of frames
plays in the browser. plotly.js is the one inside the installed plotly package, so that no chart needs the internet.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from cnnviz.arrays import Array
from cnnviz.figures.theme import TEMPLATE
from cnnviz.ui.components.shared.mount import component
from cnnviz.ui.components.shared.sprites import Images
from cnnviz.ui.components.shared.static import serve, serve_plotly

_mount = component("plotly_view", "player", isolate_styles=False)  # plotly.js puts its style sheet into the page
TEMPLATE_JSON = json.dumps(TEMPLATE)


@dataclass(frozen=True)
class Frames:
    """Positions of the points over time. Points are found by their customdata, the row id."""

    positions: Array  # (frames, N, 2) float32
    iterations: Sequence[int]  # one number per frame
    label: str = "Iteration"

    @functools.cached_property
    def served(self) -> dict[str, Any]:
        """As the browser reads them: the address of little-endian float32 numbers, and their shape."""
        positions = np.ascontiguousarray(self.positions, dtype="<f4")
        return {
            "url": serve(positions.tobytes(), ".bin"),
            "points": positions.shape[1],
            "iterations": [int(iteration) for iteration in self.iterations],
            "label": self.label,
        }


def plotly_view(
    figure: go.Figure | str,
    *,
    key: str,
    alt: str,
    file: str,
    height: int | None = None,
    images: Images | None = None,
    frames: Frames | None = None,
    on_select: Callable[[], None] | None = None,
) -> Sequence[int]:
    """Draw a figure, or update the one already drawn under this key.

    Args:
        figure: a figure, or the JSON of one that is drawn often. Its layout's `uirevision` may name what is shown;
            zoom and legend are kept while it stays the same.
        key: of the chart in the page.
        alt: what the chart shows, for who cannot see it.
        file: what it is of, such as a run at a step; the name of a picture of it that is saved ends with the key.
        height: of the chart and its player, pixels; None: as the style sheet of the page says, which gives the class of
            the key a length `--height`.
        images: shown beside the hovered point whose customdata is the row id.
        frames: played with a button and a slider below the chart.
        on_select: called after points were chosen with lasso, box or click; None leaves these tools out.

    Returns:
        The row ids of the points chosen, empty when none are.
    """
    data = {
        "source": serve_plotly(),
        "figure": figure if isinstance(figure, str) else figure.to_json(),
        "template": TEMPLATE_JSON,
        "alt": alt,
        "file": f"{file}-{key}",
        "height": height,
        "images": images.served if images else None,
        "frames": frames.served if frames else None,
        "selectable": on_select is not None,
    }
    result = _mount(key=key, data=data, height=height or "content", on_selection_change=on_select or _nothing)
    return result.selection or []


def _nothing() -> None:
    """The state `selection` exists only when something may be called."""
