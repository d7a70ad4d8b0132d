"""Where the maps of a network stand, for networks of any depth and width in windows of any size."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

LAYOUT = """async cases => {
  const { layout, boxOf } = await import("/network_view/layout.js");
  return JSON.parse(cases).map(({ parts, width, height, expanded }) => {
    const { spots, ...placed } = layout(parts, { width, height, expanded: new Set(expanded) });
    const tiles = [...spots].map(([name, spot]) => ({
      ...spot, name, boxes: Array.from({ length: spot.shown }, (_, k) => boxOf(spot, k)) }));
    return { ...placed, tiles };
  });
}"""
SMALLEST = 18  # px of a map
NARROWEST = 44 + 12  # px of a column and the gap behind it
LARGE = 90  # px that the image takes, and a strip of numbers
CLASSES = 132  # px


def part(name: str, maps: int, side: int, *sources: str, image: bool = False) -> dict:
    connections = [{"source": source, "groups": 1, "first": 0, "maps": maps} for source in sources]
    return {"name": name, "size": [maps, side, side], "connections": connections, "image": image, "block": ""}


@st.composite
def cases(draw) -> dict:
    """A chain of layers, some of which fork into branches side by side, then numbers in a row, then classes."""
    parts, last = [part("input", 1, 28, image=True)], ("input",)
    for depth in range(draw(st.integers(1, 24))):
        branches = draw(st.sampled_from([1, 1, 1, 1, 2, 4]))
        made = [
            part(f"{depth}.{k}", draw(st.integers(1, 96)), draw(st.integers(1, 28)), *last) for k in range(branches)
        ]
        parts += made
        last = tuple(one["name"] for one in made)
    numbers = draw(st.integers(10, 3000))
    parts.append({**part("flatten", 1, 1, *last), "size": [1, 1, numbers]})
    parts.append({**part("dense", 1, 1, "flatten"), "size": [1, 1, 10]})
    names = [one["name"] for one in parts[1:-2]]
    expanded = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    size = {"width": draw(st.integers(340, 1800)), "height": draw(st.integers(230, 900))}
    return {"parts": parts, "expanded": expanded, **size}


@settings(max_examples=10, deadline=None)
@given(st.lists(cases(), min_size=12, max_size=12))
def check(page: Page, drawn: list[dict]) -> None:
    for case, placed in zip(drawn, page.evaluate(LAYOUT, json.dumps(drawn)), strict=True):
        stands(case, placed)


def stands(case: dict, placed: dict) -> None:
    parts = {one["name"]: one for one in case["parts"][:-1]}
    assert [tile["name"] for tile in placed["tiles"]] == list(dict.fromkeys(tile["name"] for tile in placed["tiles"]))
    assert {tile["name"] for tile in placed["tiles"]} == set(parts)
    columns = max(tile["column"] for tile in placed["tiles"]) + 1
    for tile in placed["tiles"]:
        maps = parts[tile["name"]]["size"][0]
        assert 1 <= tile["shown"] <= maps
        assert tile["button"] or tile["shown"] == maps
        if tile["name"] in case["expanded"]:
            assert tile["shown"] == maps or placed["height"] > case["height"]
        if maps > 1:
            assert tile["side"] >= SMALLEST
        for source in (connection["source"] for connection in parts[tile["name"]]["connections"]):
            assert next(one for one in placed["tiles"] if one["name"] == source)["column"] < tile["column"]
    boxes = [(tile["column"], box) for tile in placed["tiles"] for box in tile["boxes"]]
    for _, box in boxes:
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= placed["classes"]["x"] + 0.01
        assert box["y"] + box["height"] <= placed["height"] + 0.01
    for k in range(columns):
        own = np.array([[box[side] for side in ("x", "y", "width", "height")] for m, box in boxes if m == k])
        assert not overlap(own[:, None], own[None, :])[~np.eye(len(own), dtype=bool)].any()
    right = {k: max(box["x"] + box["width"] for m, box in boxes if m == k) for k in range(columns)}
    left = {k: min(box["x"] for m, box in boxes if m == k) for k in range(columns)}
    assert all(right[k] < left[k + 1] for k in range(columns - 1))
    if not case["expanded"] and columns * NARROWEST + 2 * LARGE + CLASSES < case["width"]:
        assert placed["width"] <= case["width"] + 0.01


def overlap(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether boxes (x, y, width, height) have more than an edge in common."""
    first, last = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., :2] + a[..., 2:], b[..., :2] + b[..., 2:])
    return (first < last - 0.01).all(-1)


def test_maps_of_any_network_stand_apart_in_a_room_of_any_size(modules_page: Page):
    check(modules_page)
