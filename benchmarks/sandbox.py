"""How quickly does the convolution sandbox answer? In Chromium, on a 28x28 digit, against a plain plotly page, in turn.

The yardstick is a page with the same slider and the same convolution, drawn by three st.plotly_chart heatmaps.
`python -m benchmarks.sandbox`; needs the packages of requirements-dev.txt and a Chromium (or CNNVIZ_BROWSER).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from playwright.sync_api import Page, sync_playwright

from benchmarks.browser import FLAGS, find_browser
from benchmarks.server import cpu_seconds, dashboard

YARDSTICK = "benchmarks/apps/plotly_sandbox.py"
ROUNDS = 3  # of both pages in turn
PRESSES = 12  # of the slider in a round, there and back
WARM_UP = 4
PLAYED = 5.0  # seconds
HOVERS = 400

ROOT = """(() => {
  const view = document.querySelector('.st-key-convolution_view');
  return [...view.querySelectorAll('*')].map(node => node.shadowRoot).find(Boolean) ?? view;
})()"""
ANSWERED = f"{ROOT}.querySelector('.convolution-view').dataset.answers"
OURS = f"{ROOT}.querySelector('figure.output svg').dataset.rows"
THEIRS = """(() => {
  const chart = [...document.querySelectorAll('.js-plotly-plot')].at(-1);
  return chart?.querySelector('.hm image') ? chart.querySelector('.gtitle')?.textContent : undefined;
})()"""
# From the key press until the picture of the new settings has stood for one animation frame.
ARM = """picture => {
  const shown = () => eval(picture);
  const before = shown();
  window.waited = null;
  addEventListener('keydown', () => {
    const started = performance.now();
    const look = () => {
      const now = shown();
      if (now === undefined || now === before) return requestAnimationFrame(look);
      requestAnimationFrame(() => { window.waited = performance.now() - started; });
    };
    look();
  }, { capture: true, once: true });
}"""
HOVER = f"""hovers => {{
  const svg = {ROOT}.querySelector('figure.output svg');
  const {{ left, top, width, height }} = svg.getBoundingClientRect();
  const side = Number(svg.dataset.rows);
  const times = [];
  for (let k = 0; k < hovers; k++) {{
    const clientX = left + (((k % side) + 0.5) * width) / side;
    const clientY = top + ((((7 * k) % side) + 0.5) * height) / side;
    const started = performance.now();
    svg.dispatchEvent(new PointerEvent('pointermove', {{ clientX, clientY, bubbles: true, composed: true }}));
    svg.getBoundingClientRect();  // the browser lays the page out
    times.push(performance.now() - started);
  }}
  return times;
}}"""


def press(page: Page, picture: str, times: int) -> list[float]:
    """Milliseconds from the press of the slider to the new picture."""
    slider = page.locator(".st-key-dilation_rows").get_by_role("slider")
    waited = []
    for k in range(times):
        page.evaluate(ARM, picture)
        slider.press("ArrowLeft" if k % 2 else "ArrowRight")
        page.wait_for_function("window.waited !== null")
        waited.append(page.evaluate("window.waited"))
        page.wait_for_timeout(150)  # a hand rests too
    return waited


def draws_per_second(page: Page) -> float:
    """While the kernel plays at 60 stops per second."""
    view = page.locator(".st-key-convolution_view")
    view.locator(".speed").select_option("60")
    view.get_by_role("button", name="Play").click()
    count = f"[Number({ROOT}.querySelector('.convolution-view').dataset.draws), performance.now()]"
    first, started = page.evaluate(count)
    page.wait_for_timeout(PLAYED * 1000)
    last, ended = page.evaluate(count)
    view.get_by_role("button", name="Pause").click()
    return 1000 * (last - first) / (ended - started)


def line(name: str, times: Sequence[float]) -> str:
    """Median and 95th percentile."""
    return f"{name:34} {statistics.median(times):8.1f} {statistics.quantiles(times, n=20)[-1]:8.1f}"


def main() -> None:
    ours: list[float] = []
    theirs: list[float] = []
    with (
        dashboard() as server,
        dashboard(YARDSTICK) as plain,
        sync_playwright() as playwright,
    ):
        path = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        sandbox, yardstick = (browser.new_page(viewport={"width": 1280, "height": 900}) for _ in range(2))
        sandbox.goto(f"http://{server.address}/convolution?input=digit&kernel=-1+0+1%3B+-2+0+2%3B+-1+0+1")
        yardstick.goto(f"http://{plain.address}")
        sandbox.locator(".arithmetic .total").wait_for()
        yardstick.locator(".js-plotly-plot .hm image").nth(2).wait_for(state="attached")
        spent = [0.0, 0.0]
        for page, picture in ((sandbox, OURS), (yardstick, THEIRS)):
            press(page, picture, WARM_UP)
        for _ in range(ROUNDS):
            for k, (page, picture, process, times) in enumerate(
                ((sandbox, OURS, server.pid, ours), (yardstick, THEIRS, plain.pid, theirs))
            ):
                page.bring_to_front()
                before = cpu_seconds(process)
                times += press(page, picture, PRESSES)
                spent[k] += cpu_seconds(process) - before
        sandbox.bring_to_front()
        answers = press(sandbox, ANSWERED, PRESSES)
        hovers = sandbox.evaluate(HOVER, HOVERS)
        draws = draws_per_second(sandbox)
        browser.close()
    print(f"{'milliseconds':34} {'median':>8} {'p95':>8}")
    print(line("slider to picture, sandbox", ours))
    print(line("slider to picture, plotly page", theirs))
    print(line("slider to the server's answer", answers))
    print(line("hover, inside the browser", hovers))
    for name, seconds in zip(("sandbox", "plotly page"), spent, strict=True):
        print(f"{f'server CPU per rerun, {name}':34} {1000 * seconds / (ROUNDS * PRESSES):8.1f}")
    print(f"{'draws per second while playing':34} {draws:8.1f}")
    print(f"slider_ratio {statistics.median(theirs) / statistics.median(ours):.2f}")


if __name__ == "__main__":
    main()
