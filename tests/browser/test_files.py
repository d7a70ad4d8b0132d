"""Files and charts that a visitor saves are named after run and step, and nothing is sent to anybody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from cnnviz.ui.frame.navigation import LESSONS

OF_DEMO = "cnnviz-two_conv-demo-digits-step"
BUTTONS = {
    "PyTorch script": "py",
    "Metrics (CSV)": "csv",
    "Settings (JSON)": "json",
    "TensorBoard log": "tfevents",
    "Weights after step": "safetensors",
}
ADDRESSES = {
    **{lesson.name: lesson.name for lesson in LESSONS},
    "home": "",
    "everything open": "training?run=demo-digits&network_open=true&find_rate=true&more=true&compare=demo-mnist",
    **{f"inside {look}": f"training?run=demo-digits&inside={look}" for look in ("layers", "predictions", "map")},
}
CHARTS = {
    "training?run=demo-digits&step=20&inside=layers&network_open=true&compare=demo-mnist": {
        "diagram": "cnnviz-same_padded-diagram",
        "loss": f"{OF_DEMO}1350-loss",
        "accuracy": f"{OF_DEMO}1350-accuracy",
        "gradients": f"{OF_DEMO}1350-gradients",
        "dead": f"{OF_DEMO}1350-dead",
        "compared_loss": f"{OF_DEMO}1350-compared_loss",
    },
    "training?run=demo-digits&step=20&inside=predictions": {"live_confusion": f"{OF_DEMO}20-live_confusion"},
    "training?run=demo-digits&step=20&inside=map": {"live_map": f"{OF_DEMO}20-live_map"},
    "network?run=demo-digits&step=20": {"logits": f"{OF_DEMO}20-logits"},
    "embedding?run=demo-digits": {"map": f"{OF_DEMO}1350-map"},
}


def settled(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0)


@pytest.mark.parametrize("button", BUTTONS)
def test_a_file_is_named_after_its_run_and_step(page: Page, app_url: str, button: str):
    page.goto(f"{app_url}/training?run=demo-digits")
    offered = page.locator(".st-key-downloads").get_by_test_id("stDownloadButton")
    expect(offered).to_have_count(len(BUTTONS))
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(f"^{re.escape(button)}")).click()
    assert download.value.suggested_filename == f"{OF_DEMO}1350.{BUTTONS[button]}"


@pytest.mark.parametrize("address", CHARTS)
def test_a_chart_is_saved_as_a_drawing_named_after_its_run_and_step(page: Page, app_url: str, address: str, tmp_path):
    page.goto(f"{app_url}/{address}")
    for key, name in CHARTS[address].items():
        chart = page.locator(f".st-key-{key} .js-plotly-plot")
        chart.scroll_into_view_if_needed()
        chart.hover()
        with page.expect_download() as download:
            chart.locator("[data-title='Download plot']").click()
        assert download.value.suggested_filename == f"{name}.svg"
        download.value.save_as(tmp_path / key)
        assert (tmp_path / key).read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_no_page_and_no_button_of_a_chart_asks_anybody_else(page: Page, app_url: str, address: str):
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app_url}/{address}")
    settled(page)
    charts = page.locator(".js-plotly-plot")
    for k in range(charts.count()):
        for button in charts.nth(k).locator(".modebar-btn").all():
            assert not re.search("share|cloud|upload|edit", button.get_attribute("data-title") or "", re.IGNORECASE)
            button.dispatch_event("click")
    settled(page)
    assert page.locator("a[href*='plotly'], a[href*='chart-studio']").count() == 0
    assert page.get_by_text(re.compile("will be uploaded|Plotly Cloud")).count() == 0
    ours = (app_url, app_url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert len(page.context.pages) == 1, "no button opens another page"
