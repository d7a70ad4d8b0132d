// The panels of a convolution: padded input, kernel, sums of the channels, output.

import { largestOf, range } from "../shared/arrays.js";
import { element } from "../shared/dom.js";
import { fontFor, Grid, legend } from "../shared/grid.js";
import { say } from "../shared/language.js";
import { numeral } from "../shared/numbers.js";
import { cellSizes } from "./sizes.js";

/**
 * @typedef {object} Panel
 * @property {"input" | "kernel" | "sum" | "output"} kind
 * @property {number} channel
 * @property {number} [slice] of a kernel
 * @property {string} name
 * @property {[number, number]} size rows and columns
 * @property {(row: number, column: number) => number} value
 * @property {Iterable<number>} all numbers that share the scale of colours
 * @property {(row: number, column: number) => string} [dress]
 * @property {(value: number) => string} [text]
 * @property {Grid} grid
 * @property {HTMLElement} figure
 */

/**
 * Draw all panels of a view anew; they are then in `view.panels`.
 * @param {import("./convolution_view.js").ConvolutionView} view
 */
export function drawPanels(view) {
  const { data, state } = view;
  const sizes = cellSizes(view);
  view.panels = [];
  view.channels.replaceChildren(...range(data.padded.shape[0]).map((channel) => strip(view, channel, sizes)));
  view.equals.replaceChildren(...glyphOfResult(data, state));
  const results = range(data.biases.length).map((channel) => draw(view, outputPanel(data, channel), sizes.output));
  results[state.channel].classList.add("current");
  view.results.replaceChildren(...results);
  view.results.classList.toggle("several", results.length > 1);
  addLegends(view.panels);
}

/** One input channel: its map, its slice of the kernel, and their sum of products where there are several. */
function strip(view, channel, sizes) {
  const { data, state } = view;
  const slice = data.channels_of[state.channel].indexOf(channel);
  const whole = element("div", { class: slice < 0 ? "channel idle" : "channel" });
  whole.append(draw(view, inputPanel(view, channel), sizes.input));
  if (slice < 0 || !data.applied) return whole;
  const sign = data.settings.operation === "transposed" ? "∗ᵀ" : "∗";
  whole.append(glyph(sign), draw(view, kernelPanel(data, state.channel, slice, channel), sizes.kernel));
  if (!data.channel_sums) return whole;
  whole.append(glyph("="), draw(view, sumPanel(data, state.channel, slice, channel), sizes.sum));
  return whole;
}

const glyph = (sign) => element("div", { class: "glyph" }, sign);

function glyphOfResult({ settings, biases, channel_sums }, { channel }) {
  if (settings.operation === "max_pool") return [say("max →")];
  if (settings.operation === "average_pool") return [say("mean →")];
  const bias = biases[channel];
  const signs = [];
  if (channel_sums) signs.push("Σ");
  if (bias) signs.push(`${bias < 0 ? "−" : "+"} ${numeral(Math.abs(bias))}`);
  if (settings.activation === "relu") signs.push("ReLU");
  return [element("small", {}, signs.join(" ")), " ="];
}

function inputPanel({ data, state }, channel) {
  const { rows, columns, padded, uses } = data;
  const panel = { kind: "input", channel, size: padded.shape.slice(1), dress: dressOf(rows, columns) };
  if (state.counting) {
    return { ...panel, name: say("How often each cell is used"), value: (r, c) => uses.at(r, c), all: uses.values };
  }
  const hasFrame = rows.frame.includes(true) || columns.frame.includes(true);
  const parts = [hasFrame ? say("Padded input") : say("Input")];
  if (padded.shape[0] > 1) parts.push(say("channel {channel}", { channel }));
  return { ...panel, name: parts.join(", "), value: (r, c) => padded.at(channel, r, c), all: padded.values };
}

/** How the cells of the input are dressed: those of the padding, and those that no output cell reads. */
const dressOf = (rows, columns) => (row, column) => {
  const dress = [];
  if (rows.frame[row] || columns.frame[column]) dress.push("padding");
  if (rows.unused.includes(row) || columns.unused.includes(column)) dress.push("unused");
  return dress.join(" ");
};

function kernelPanel({ settings, applied, biases, channels_of }, output, slice, channel) {
  const parts = [settings.flip ? say("Kernel, flipped") : say("Kernel")];
  if (biases.length > 1) parts.push(say("output {output}", { output }));
  if (channels_of[output].length > 1) parts.push(say("slice {slice}", { slice }));
  const value = (r, c) => applied.at(output, slice, r, c);
  return {
    kind: "kernel",
    channel,
    slice,
    size: settings.kernel_size,
    name: parts.join(", "),
    value,
    text: numeral,
    all: applied.values,
  };
}

function sumPanel({ sums, channel_sums }, output, slice, channel) {
  const name = say("Sum of channel {channel}", { channel });
  const value = (r, c) => channel_sums.at(output, slice, r, c);
  return { kind: "sum", channel, size: sums.shape.slice(1), name, value, all: channel_sums.values };
}

function outputPanel({ output, biases }, channel) {
  const name = biases.length > 1 ? say("Output {channel}", { channel }) : say("Output");
  const value = (r, c) => output.at(channel, r, c);
  return { kind: "output", channel, size: output.shape.slice(1), name, value, all: output.values };
}

/** One grid of numbers as a figure, remembered in view.panels. */
function draw(view, content, cell) {
  const { kind, name, value, dress, text, all } = content;
  const [rows, columns] = content.size;
  const font = fontFor(all, cell, text);
  const grid = new Grid({ rows, columns, cell, value, dress, text, scale: largestOf(all), font });
  const caption = say("{name} {rows} × {columns}", { name, rows, columns });
  const figure = element("figure", { class: kind }, grid.box, element("figcaption", {}, caption));
  describe(grid.svg, content, caption);
  grid.reveal();
  view.panels.push({ ...content, grid, figure });
  return figure;
}

/** Say what a panel is, and how it is used where it listens to keys. */
function describe(svg, { kind, channel, slice }, name) {
  const label = {
    kernel: say("{name}. Arrow keys move, enter changes a weight.", { name }),
    output: say("{name}. Arrow keys move the cell, space plays, enter pins.", { name }),
  }[kind];
  Object.assign(svg.dataset, { panel: kind, channel });
  if (slice !== undefined) svg.dataset.slice = slice;
  svg.setAttribute("aria-label", label ?? name);
  svg.setAttribute("role", label ? "application" : "img");
  if (label) svg.setAttribute("tabindex", "0");
}

/** One legend for all panels of a kind, under the last of them. */
function addLegends(panels) {
  for (const last of new Map(panels.map((panel) => [panel.kind, panel])).values()) {
    const hasNegative = last.all.some((value) => Number.isFinite(value) && value < 0);
    last.figure.append(legend(last.grid.scale, hasNegative));
  }
}
