// The error of a descent over its steps, on a logarithmic scale.

import { element, shape } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { written } from "../shared/numbers.js";

const [WIDTH, HEIGHT] = [210, 130]; // px
const LEFT = 46; // px, for the numbers of the axis
const BOTTOM = 20; // px
const SMALLEST = 1e-16; // error that is told from zero

/**
 * The curve with a dot at one of its frames.
 * @param {number[]} steps
 * @param {number[]} losses
 * @param {number} frame
 * @returns {HTMLElement}
 */
export function curveFigure(steps, losses, frame) {
  const logs = losses.map((loss) => Math.log10(Math.max(loss, SMALLEST)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const last = steps.at(-1) || 1;
  const x = (k) => LEFT + ((WIDTH - LEFT) * steps[k]) / last;
  const y = (k) => 6 + ((HEIGHT - BOTTOM - 6) * (high - logs[k])) / (high - low || 1);
  const points = steps.map((_, k) => `${x(k)} ${y(k)}`);
  const svg = shape(
    "svg",
    { width: WIDTH, height: HEIGHT, class: "curve", role: "img", "aria-label": summary(losses, last) },
    shape("line", { class: "axis", x1: LEFT, y1: HEIGHT - BOTTOM, x2: WIDTH, y2: HEIGHT - BOTTOM }),
    label(0, 12, written(10 ** high)),
    label(0, HEIGHT - BOTTOM - 2, written(10 ** low)),
    label(LEFT, HEIGHT - 5, "0"),
    label(WIDTH - 60, HEIGHT - 5, say("step {step}", { step: last })),
    shape("path", { d: `M${points.join("L")}` }),
    shape("circle", { cx: x(frame), cy: y(frame), r: 4 }),
  );
  return element("figure", { class: "error" }, svg, element("figcaption", {}, say("Mean squared error (logarithmic)")));
}

function summary(losses, steps) {
  const [first, last] = [losses[0], losses.at(-1)].map(written);
  return say("Error from {first} to {last} in {steps} steps, logarithmic.", { first, last, steps });
}

const label = (x, y, words) => shape("text", { x, y }, words);
