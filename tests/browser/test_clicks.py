"""What a click does, it does where the click was."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

GALLERIES = {
    "predictions?run=demo-mnist": ".st-key-gallery",
    "training?run=demo-mnist&inside=predictions": ".st-key-live_gallery",
}


def middle(box: dict[str, float]) -> float:
    return box["y"] + box["height"] / 2


def tile(page: Page, gallery: str, k: int) -> Locator:
    return page.locator(f"{gallery} .tile").nth(k)


@pytest.mark.parametrize("address", GALLERIES)
def test_a_click_on_an_image_shows_its_link_there(page: Page, app_url: str, address: str):
    page.goto(f"{app_url}/{address}")
    for k in (0, 3):
        clicked = tile(page, GALLERIES[address], k)
        clicked.scroll_into_view_if_needed()
        before = clicked.bounding_box()
        clicked.click()
        link = page.get_by_role("link", name=re.compile("See test image .* pass through the network"))
        expect(link).to_have_count(1)
        after, place = clicked.bounding_box(), link.bounding_box()
        assert (after["x"], after["y"]) == (before["x"], before["y"])
        assert abs(middle(place) - middle(after)) < after["height"]
        assert before["x"] - 10 <= place["x"] <= before["x"] + before["width"]
    image = clicked.get_attribute("data-id")
    link.click()
    expect(page.get_by_role("heading", name="Network", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"network\?.*image={image}\b"))
    expect(page.get_by_role("spinbutton", name="Test image")).to_have_value(image)


def test_the_link_can_be_opened_beside_the_page(page: Page, app_url: str):
    page.goto(f"{app_url}/predictions?run=demo-mnist&step=20")
    clicked = tile(page, ".st-key-gallery", 1)
    clicked.click()
    image = clicked.get_attribute("data-id")
    with page.context.expect_page() as other:
        page.get_by_role("link", name=f"See test image {image} pass through the network").click(modifiers=["Control"])
    expect(other.value.get_by_text("two convolutions after 20 steps says")).to_be_visible()
    assert f"image={image}" in other.value.url
    other.value.close()
