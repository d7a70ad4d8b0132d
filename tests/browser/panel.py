"""How a visitor comes to a control of the panel beside a picture."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def tabs(page: Page) -> list[Locator]:
    """The tabs of the panel, from the first to the last."""
    found = page.locator(".st-key-knobs").get_by_role("tab")
    expect(found.first).to_be_visible()
    return found.all()


def reach(page: Page, key: str) -> Locator:
    """The control of that key, in whichever tab it stands."""
    place = page.locator(f".st-key-{key}")
    expect(place).to_be_attached()
    for tab in tabs(page):
        if place.is_visible():
            break
        tab.click()
    expect(place).to_be_visible()
    return place
