// The descent of a kernel, frame by frame. All numbers come from Python: weights [frame][slice][row][column], outputs
// [frame][row][column], losses, gradients and checks per weight, and `design_matrix`, what each weight is multiplied
// with at each output cell.

import { largestOf, range, unpack } from "../shared/arrays.js";
import { element } from "../shared/dom.js";
import { fontFor, Grid } from "../shared/grid.js";
import { say } from "../shared/language.js";
import { clamp, precise } from "../shared/numbers.js";
import { Player } from "../shared/player.js";
import { curveFigure } from "./curve.js";
import { gradientLines, gradientOf } from "./gradient.js";

const TALLEST = 200; // px
const LARGEST_CELL = 38; // px
const TALLEST_KERNEL = 114; // px
const PLAY = 6; // seconds from the first frame to the last
const [SLOWEST, FASTEST] = [2, 8]; // frames per second
const ARRAYS = ["weights", "moves", "outputs", "gradients", "checks", "wanted", "wanted_weights", "design_matrix"];

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement }) {
  parentElement.view ??= new LearningView(parentElement.querySelector(".learning-view"));
  const { view } = parentElement;
  const history = { ...data };
  for (const name of ARRAYS) history[name] = unpack(data[name]);
  const content = JSON.stringify(data);
  if (view.content !== content) view.show(history);
  view.content = content;
  return () => view.player.pause();
}

class LearningView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    [this.stage, this.gradient] = ["stage", "gradient"].map((name) => element("div", { class: name }));
    const onFrame = (frame) => this.#draw(frame);
    this.player = new Player({ label: say("Step of the descent"), stepping: true, onFrame });
    this.stage.onpointermove = (event) => this.#point(event);
    root.append(this.stage, this.player.root, this.gradient);
  }

  /** A new history, at its beginning. */
  show(history) {
    this.data = history;
    this.weight = [0, 0, 0]; // the one whose gradient is written out: slice, row, column
    this.player.pause();
    this.player.setLast(history.steps.length - 1);
    this.player.speed = SLOWEST + clamp(history.steps.length / PLAY - SLOWEST, FASTEST - SLOWEST);
    this.#draw(0);
  }

  #draw(frame) {
    const { data } = this;
    const isBent = data.activation === "relu";
    this.frame = frame;
    const kernelScale = Math.max(largestOf(data.weights.values), largestOf(data.wanted_weights.values));
    const kernel = (value) => this.#kernelGrids(value, kernelScale);
    this.kernels = kernel((...place) => data.weights.at(frame, ...place));
    const output = this.#outputGrid((row, column) => data.outputs.at(frame, row, column));
    const wanted = this.#outputGrid((row, column) => data.wanted.at(row, column));
    this.stage.replaceChildren(
      figureOf("learned", this.kernels, say("Kernel now")),
      figureOf(
        "aim",
        kernel((...place) => data.wanted_weights.at(...place)),
        say("Kernel to find"),
      ),
      figureOf("output", [output], isBent ? say("Its output, before ReLU") : say("Its output")),
      figureOf("aim", [wanted], isBent ? say("Output to match, before ReLU") : say("Output to match")),
      curveFigure(data.steps, data.losses, frame),
    );
    this.#mark();
  }

  #kernelGrids(value, scale) {
    const [slices, rows, columns] = this.data.wanted_weights.shape;
    const cell = Math.min(LARGEST_CELL, TALLEST_KERNEL / Math.max(rows, columns));
    const font = cell >= 30 ? 10 : 0;
    return range(slices).map(
      (slice) => new Grid({ rows, columns, cell, scale, font, value: (row, column) => value(slice, row, column) }),
    );
  }

  #outputGrid(value) {
    const { shape, values } = this.data.wanted;
    const [rows, columns] = shape;
    const cell = Math.min(LARGEST_CELL, TALLEST / Math.max(rows, columns));
    return new Grid({ rows, columns, cell, value, scale: largestOf(values), font: fontFor(values, cell) });
  }

  #mark() {
    const { data, frame, weight } = this;
    const [slice, row, column] = weight;
    for (const [k, grid] of this.kernels.entries()) {
      grid.mark(k === slice ? [grid.outline(row, column, "here")] : []);
    }
    const error = precise(data.losses[frame]);
    this.player.show(frame, say("step {step}: error {error}", { step: data.steps[frame], error }));
    const gradient = gradientOf(data, frame, weight);
    Object.assign(this.root.dataset, {
      frame,
      step: data.steps[frame],
      gradient: gradient.value,
      check: gradient.check,
    });
    this.gradient.replaceChildren(...gradientLines(gradient, data));
  }

  #point(event) {
    const slice = this.kernels.findIndex(({ svg }) => svg === event.target.closest("svg"));
    const cell = this.kernels[slice]?.under(event);
    if (!cell) return;
    this.weight = [slice, cell.row, cell.column];
    this.#mark();
  }
}

/** Grids beside each other under one caption. */
function figureOf(name, grids, caption) {
  for (const [slice, grid] of grids.entries()) {
    grid.reveal();
    Object.assign(grid.svg.dataset, { panel: name, slice });
  }
  const slices = element("div", { class: "slices" }, ...grids.map(({ box }) => box));
  return element("figure", { class: name }, slices, element("figcaption", {}, caption));
}
