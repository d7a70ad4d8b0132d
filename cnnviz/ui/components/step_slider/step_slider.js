// A range input over the snapshots, in front of the loss curve. Arrow keys go from one snapshot to the next.

import { range } from "../shared/arrays.js";
import { element, shape } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { grouped } from "../shared/numbers.js";

const WIDTH = 1000; // of the curve's own coordinates
const HEIGHT = 100;
const SEND_AFTER = 60; // ms without movement while dragging
const PATIENCE = 5000; // ms to wait for the server to confirm a step
const TICK = 64; // px that a number below the slider needs

/** Called by Streamlit with every change of the data. */
export default function ({ data, parentElement, setStateValue }) {
  parentElement.view ??= new StepSlider(parentElement.querySelector(".step-slider"));
  const { view } = parentElement;
  view.send = (step) => setStateValue("step", step);
  view.update(data);
}

class StepSlider {
  /** @param {HTMLElement} root */
  constructor(root) {
    const id = `step-${Math.random().toString(36).slice(2)}`;
    this.root = root;
    this.asked = Number.NEGATIVE_INFINITY; // when the visitor last chose a step, ms
    this.wanted = null; // the step that the server has not confirmed yet
    this.output = element("output", { for: id });
    this.input = element("input", { id, type: "range", min: 0, step: 1 });
    [this.later, this.sooner] = ["later", "sooner"].map((name) => shape("path", { class: name }));
    const curve = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
    const svg = shape("svg", curve, this.later, this.sooner);
    this.ticks = element("div", { class: "ticks", "aria-hidden": "true" });
    const label = element("label", { for: id }, say("Snapshot after training step"));
    const head = element("div", { class: "head" }, label, this.output);
    root.append(head, element("div", { class: "scale" }, svg, this.input), this.ticks);
    this.input.oninput = () => this.#choose();
    new ResizeObserver(() => {
      if (this.data) this.#showTicks();
    }).observe(root);
  }

  #choose() {
    this.wanted = this.data.steps[Number(this.input.value)];
    this.asked = performance.now();
    this.#showChosen();
    clearTimeout(this.timer);
    const step = this.wanted;
    this.timer = setTimeout(() => this.send(step), SEND_AFTER);
  }

  /** A live page is drawn twice a second: the handle stays where the visitor has put it until the server follows. */
  update(data) {
    this.data = data;
    if (data.chosen === this.wanted || performance.now() - this.asked > PATIENCE) this.wanted = null;
    this.input.max = data.steps.length - 1;
    this.input.value = Math.max(0, data.steps.indexOf(this.wanted ?? data.chosen));
    const path = curveThrough(data.losses);
    this.later.setAttribute("d", path);
    this.sooner.setAttribute("d", path);
    this.#showTicks();
    this.#showChosen();
  }

  /** Everything that moves with the handle. */
  #showChosen() {
    const { steps, losses } = this.data;
    const index = Number(this.input.value);
    const share = steps.length > 1 ? index / (steps.length - 1) : 1;
    const step = grouped(steps[index]);
    const loss = losses[Math.round(share * (losses.length - 1))]?.toFixed(3);
    const text = loss === undefined ? step : say("{step} · train loss {loss}", { step, loss });
    this.output.textContent = text;
    this.input.setAttribute("aria-valuetext", text);
    this.sooner.style.clipPath = `inset(-10% ${100 * (1 - share)}% -10% 0)`;
  }

  /** As many step numbers as have room, the first and the last among them. */
  #showTicks() {
    const { steps } = this.data;
    const last = steps.length - 1;
    const room = Math.max(2, Math.floor(this.root.clientWidth / TICK));
    const every = Math.max(1, Math.ceil(last / (room - 1)));
    const shown = range(steps.length).filter((k) => k === last || (k % every === 0 && last - k >= every));
    const ticks = shown.map((k) => {
      const left = last ? (100 * k) / last : 100;
      return element("span", { style: `left: ${left}%` }, grouped(steps[k]));
    });
    this.ticks.replaceChildren(...ticks);
  }
}

function curveThrough(losses) {
  if (losses.length < 2) return "";
  const highest = Math.max(...losses, 1e-9);
  const points = losses.map((loss, k) => {
    const x = (k / (losses.length - 1)) * WIDTH;
    const y = HEIGHT * (1 - (0.94 * loss) / highest) - 2;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M${points.join("L")}`;
}
