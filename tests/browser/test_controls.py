"""Controls, address and history in a real browser: quick gestures, slow networks, Back and Forward, copied links."""

from __future__ import annotations

import queue
import re
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

DELAY = 0.15  # seconds, each way


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name).first


def press(handle: Locator, times: int) -> None:
    """Presses of a key that follow each other as when it is held."""
    handle.focus()
    for _ in range(times):
        handle.page.keyboard.press("ArrowRight")


def picture(page: Page) -> Locator:
    return page.locator('.st-key-convolution_view svg[data-panel="output"]').first


def chosen(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name, exact=True)


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes, each piece as late as the others."""
    waiting: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def send() -> None:
        while True:
            due, piece = waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                sink.sendall(piece) if piece else sink.shutdown(socket.SHUT_WR)
            except OSError:
                return
            if not piece:
                return

    threading.Thread(target=send, daemon=True).start()
    while True:
        try:
            piece = source.recv(65536)
        except OSError:
            piece = b""
        waiting.put((time.monotonic() + DELAY, piece))
        if not piece:
            return


@pytest.fixture(scope="module")
def slow_url(app_url: str) -> Iterator[str]:
    """The dashboard behind a slow network."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = urlsplit(app_url)

    def serve() -> None:
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            behind = socket.create_connection((server.hostname, server.port))
            for ends in ((visitor, behind), (behind, visitor)):
                threading.Thread(target=pump, args=ends, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()


@pytest.fixture(params=["near", "far"])
def url(request, app_url: str) -> str:
    """The address of the dashboard, near by and behind a slow network."""
    return app_url if request.param == "near" else request.getfixturevalue("slow_url")


def test_a_held_key_is_not_undone_by_the_recipe(page: Page, url: str):
    page.goto(f"{url}/training?dataset=digits")
    expect(chosen(page, "Recipe")).to_have_value("Tutorial: same padding")
    press(slider(page, "Epochs"), 3)
    expect(page).to_have_url(re.compile(r"\bepochs=4\b"))
    expect(slider(page, "Epochs")).to_have_attribute("aria-valuetext", "4")
    expect(chosen(page, "Recipe")).to_have_value("Your own")
    press(slider(page, "Epochs"), 2)
    press(slider(page, "Batch size"), 2)
    expect(page).to_have_url(re.compile(r"\bbatch_size=100\b"))
    expect(slider(page, "Batch size")).to_have_attribute("aria-valuetext", "100")
    expect(slider(page, "Epochs")).to_have_attribute("aria-valuetext", "6")
    assert "epochs=6" in page.url


def test_a_held_key_is_not_undone_by_the_example(page: Page, url: str):
    page.goto(f"{url}/convolution")
    expect(chosen(page, "Example")).to_have_value("Plain")
    expect(picture(page)).to_have_attribute("data-rows", "3")
    press(slider(page, "Stride"), 3)
    expect(page).to_have_url(re.compile(r"\bstride_rows=4\b"))
    expect(picture(page)).to_have_attribute("data-rows", "1")
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "4")
    expect(chosen(page, "Example")).to_have_value("Your own")
    expect(page.get_by_text("The window slides row by row")).to_have_count(0)


def test_two_controls_in_quick_turn(page: Page, url: str):
    page.goto(f"{url}/convolution")
    expect(picture(page)).to_have_attribute("data-rows", "3")
    press(slider(page, "Stride"), 1)
    press(slider(page, "Padding on each side"), 2)
    expect(page).to_have_url(re.compile(r"\bpadding_rows=2\b"))
    expect(picture(page)).to_have_attribute("data-rows", "4")  # (5 + 2 * 2 - 3) / 2 + 1
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "2")
    expect(slider(page, "Padding on each side")).to_have_attribute("aria-valuetext", "2")
    assert "stride_rows=2" in page.url


def test_an_example_and_then_a_control_in_quick_turn(page: Page, url: str):
    page.goto(f"{url}/convolution")
    expect(picture(page)).to_have_attribute("data-rows", "3")
    chosen(page, "Example").fill("Halving")
    expect(page.get_by_role("option", name="Halving", exact=True)).to_be_visible()
    chosen(page, "Example").press("Enter")
    press(slider(page, "Dilation"), 1)
    expect(page).to_have_url(re.compile(r"\bdilation_rows=2\b"))
    expect(picture(page)).to_have_attribute("data-rows", "3")  # (8 + 2 - 5) // 2 + 1
    expect(slider(page, "Stride")).to_have_attribute("aria-valuetext", "2")
    expect(slider(page, "Dilation")).to_have_attribute("aria-valuetext", "2")
    expect(chosen(page, "Example")).to_have_value("Your own")


def test_back_and_forward_restore_controls_and_picture(page: Page, url: str):
    page.goto(f"{url}/convolution")
    sides = [("3", "0"), ("5", "1"), ("7", "2"), ("9", "3")]
    for side, padding in sides[1:]:
        expect(picture(page)).to_be_visible()
        press(slider(page, "Padding on each side"), 1)
        expect(picture(page)).to_have_attribute("data-rows", side)
        expect(page).to_have_url(re.compile(rf"\bpadding_rows={padding}\b"))
    for way, stops in ((page.go_back, sides[2::-1]), (page.go_forward, sides[1:])):
        for side, padding in stops:
            way()
            expect(picture(page)).to_have_attribute("data-rows", side)
            expect(slider(page, "Padding on each side")).to_have_attribute("aria-valuetext", padding)
            said = re.search(r"padding_rows=(\d)", page.url)
            assert (said[1] if said else "0") == padding


def test_a_slider_that_is_dragged_is_one_step_of_back(page: Page, url: str):
    page.goto(f"{url}/convolution")
    expect(picture(page)).to_have_attribute("data-rows", "3")
    handle = slider(page, "Padding on each side")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for _ in range(8):
        x += 30
        page.mouse.move(x, y)
        page.wait_for_timeout(300)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"\bpadding_rows=\d+"))
    expect(handle).not_to_have_attribute("aria-valuetext", "0")
    page.go_back()
    expect(handle).to_have_attribute("aria-valuetext", "0")
    expect(picture(page)).to_have_attribute("data-rows", "3")
    assert "padding" not in page.url


def test_back_through_choices_and_pages(page: Page, url: str):
    page.goto(f"{url}/predictions?run=demo-digits&show=wrong")
    rights = page.get_by_text("test images are right").inner_text()
    every, wrong = map(int, re.search(r"of (\d+) test images are right, (\d+) wrong", rights).groups())
    counts = {"Wrong": wrong, "All": every, "Right": every - wrong}
    for name, count in counts.items():
        page.get_by_role("radio", name=name, exact=True).click()
        expect(page.get_by_text(f"{count} images; the wrong ones first")).to_be_visible()
        expect(page).to_have_url(re.compile(f"show={name.lower()}"))
    page.get_by_role("link", name="Network").click()
    expect(page).to_have_url(re.compile(r"/network\?run=demo-digits"))
    page.locator(".st-key-image").get_by_test_id("stNumberInputStepUp").click()
    expect(page).to_have_url(re.compile("image=1"))
    page.go_back()
    expect(page.get_by_role("spinbutton", name="Test image")).to_have_value("0")
    expect(page).to_have_url(re.compile(r"/network\?run=demo-digits$"))
    page.go_back()
    for name in ("Right", "All", "Wrong"):
        expect(page.get_by_role("radio", name=name, exact=True)).to_be_checked()
        expect(page.get_by_text(f"{counts[name]} images; the wrong ones first")).to_be_visible()
        expect(page).to_have_url(re.compile(f"show={name.lower()}"))
        page.go_back()


@pytest.mark.parametrize(
    "address",
    [
        "convolution?stride_rows=2&padding_rows=1&flip=True&learn=true&cell=0-1-1",
        "training?network=residual&blocks=3&optimiser=sgd&momentum=0.9&nesterov=True&more=true&network_open=true",
        "predictions?run=demo-digits&show=all&page=3&step=20",
        "network?run=demo-digits&image=7&step=300",
        "embedding?run=demo-digits&images=500&perplexity=10",
    ],
)
def test_a_second_tab_with_the_copied_address_shows_the_same(page: Page, app_url: str, address: str):
    page.goto(f"{app_url}/{address}")
    first = settled(page)
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    assert settled(page) == first
    assert page.url == link
    expect(page.get_by_text("The address is ignored there")).to_have_count(0)


def settled(page: Page) -> list[str]:
    """Where every control of a page stands, when the page has come to rest."""
    expect(page.get_by_role("slider").first).to_be_visible()
    main, last = page.get_by_test_id("stMain"), None
    while last != (last := main.evaluate(STATES)):
        page.wait_for_timeout(1000)
        expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
    return last


STATES = """main => [
  ...main.querySelectorAll('[role=slider], [role=radio], [role=switch], input, textarea, details')
].map(node => [node.ariaLabel, node.ariaValueText ?? node.value, node.ariaChecked, node.checked, node.open].join())"""
