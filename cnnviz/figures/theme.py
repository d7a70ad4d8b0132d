"""Theme: colours and layout that all figures share.

`INK`, `GROUND`, `FAINT` and `TRAIN` name variables of the page's theme; the component plotly_view fills them in when it
draws, so that one figure serves the light and the dark page.
"""

from __future__ import annotations

from typing import Any

INK = "var(--st-text-color)"
GROUND = "var(--st-background-color)"
PANEL = "var(--st-secondary-background-color)"
FAINT = "var(--st-border-color)"
GREY = "var(--st-gray-text-color)"
FONT = "var(--st-font)"

DIGIT_COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""One per digit, told apart in simulated protan, deutan and tritan vision; the digit is printed as well."""

TRAIN = "var(--st-primary-color)"  # drawn solid; #1845fb on the light page
TEST = "#ff5e02"  # drawn dashed
TRAIN_LINE = {"color": TRAIN, "width": 2}
TEST_LINE = {"color": TEST, "width": 2, "dash": "6px,4px"}

SIGNED: list[list[Any]] = [[0.0, "#d2493a"], [0.5, "#ffffff"], [1.0, "#2f6fdb"]]
"""Red below zero, white at zero, blue above; use it with `zmid=0`. colours.js of the components is the same scale."""


IMAGE: list[list[Any]] = [[0.0, "#ffffff"], [1.0, "#20242c"]]
"""Pixels of an image from zero to the largest, like ink on paper; the same in colours.js."""


def image_palette() -> list[int]:
    """Red, green and blue of the 256 pixels of an image, from zero to the largest."""
    zero, most = (bytes.fromhex(colour.removeprefix("#")) for _, colour in IMAGE)
    return [round(low + (high - low) * k / 255) for k in range(256) for low, high in zip(zero, most, strict=True)]


def base_layout(*, x_title: str = "", y_title: str = "", **changes: Any) -> dict[str, Any]:
    """The layout of a figure; what all figures share is TEMPLATE, which plotly_view draws under it.

    Args:
        x_title: what the horizontal axis measures, with its unit.
        y_title: what the vertical axis measures, written above the axis so that it need not be turned.
        changes: further layout attributes; they win, and dictionaries are merged into ours.
    """
    layout: dict[str, Any] = {"template": "none", "xaxis": {"title": {"text": x_title}}}
    if y_title:
        layout |= {"margin": {"t": 28}, "annotations": [_above_axis(y_title)]}  # px: room for the title
    for name, value in changes.items():
        layout[name] = {**layout.get(name, {}), **value} if isinstance(value, dict) else value
    return layout


def no_axes(**changes: Any) -> dict[str, Any]:
    """A hidden axis: for maps and images, whose positions have no unit."""
    return {"visible": False, "showgrid": False, "zeroline": False, "fixedrange": False, **changes}


def _above_axis(text: str) -> dict[str, Any]:
    """Title of the vertical axis, an annotation over its upper end."""
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "yshift": 4}
    return {"text": text, "showarrow": False, "font": {"color": GREY}, **place}


_AXIS = {
    "gridcolor": FAINT,
    "linecolor": FAINT,
    "zeroline": False,
    "automargin": True,
    "title": {"font": {"color": GREY}, "standoff": 8},
    "tickfont": {"color": GREY},
}

TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"color": INK, "family": FONT, "size": 13},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": DIGIT_COLOURS,
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "xaxis": {**_AXIS, "showgrid": False},
        "yaxis": _AXIS,
        "legend": {"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
        "hoverlabel": {"bgcolor": PANEL, "bordercolor": FAINT, "font": {"color": INK, "family": FONT}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": GREY, "activecolor": INK},
        "dragmode": "zoom",
    }
}
"""Drawn under every figure; what a figure says itself wins. Plain data: to check it for each figure takes longer than
to make the figure."""
