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
 * @property {string} short the name where many panels stand together, or ""
 * @property {boolean} [grey] whether it is a picture
 * @property {[number, number]} size rows and columns
 * @property {(row: number, column: number) => number} value
 * @property {Iterable<number>} all numbers that share the scale of colours
 * @property {(row: number, column: number) => string} [dress]
 * @property {(value: number) => string} [text]
 * @property {Grid} grid
 * @property {HTMLElement} figure
 */

const NARROW = 46; // in the font of the page: below, the arithmetic stands under the panels
const ATTEMPTS = 12; // captions do not shrink with the cells: how much room they leave is found by trying
const EAGER = 1.2; // of what is too much is given up in an attempt
const LINE = 1.45; // height of a caption, in its font
const CAPTION = 4; // width of a short caption with its gap, in its font
const SIGN = 3; // width of a sign with its gaps, in the font

/**
 * Draw all panels of a view anew, as large as the stage has room for; they are then in `view.panels`.
 * @param {import("./convolution_view.js").ConvolutionView} view
 */
export function drawPanels(view) {
  const { root, stage, board, data, found } = view;
  root.classList.toggle("narrow", root.clientWidth < NARROW * fontOf(document.documentElement));
  const font = fontOf(stage);
  const line = { height: LINE * font, width: CAPTION * font };
  const { padded, sums, settings } = data;
  const case_ = [stage.clientWidth, stage.clientHeight, font, padded.shape, sums.shape, settings.kernel_size].join();
  const signs = data.channel_sums ? 4 : data.applied ? 2 : 1;
  let room = { width: stage.clientWidth - signs * SIGN * font, height: stage.clientHeight - line.height };
  room = found.case === case_ ? found.room : room; // hovering draws the same panels again and again
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    draw(view, cellSizes(data, room, line));
    const over = { width: board.offsetWidth - stage.clientWidth, height: board.offsetHeight - stage.clientHeight };
    if (over.width <= 0 && over.height <= 0) break;
    room = {
      width: room.width - EAGER * Math.max(0, over.width),
      height: room.height - EAGER * Math.max(0, over.height),
    };
  }
  Object.assign(found, { case: case_, room });
}

const fontOf = (node) => Number.parseFloat(getComputedStyle(node).fontSize);

function draw(view, sizes) {
  const { data, state } = view;
  view.panels = [];
  const strips = data.padded.shape[0];
  view.channels.replaceChildren(...range(strips).map((channel) => strip(view, channel, sizes)));
  view.channels.style.setProperty("--panels", data.channel_sums ? 5 : data.applied ? 3 : 1);
  view.channels.style.setProperty("--strips", strips);
  view.equals.replaceChildren(...data.biases.map((_, channel) => signOfResult(data, channel, state)));
  const results = range(data.biases.length).map((channel) => panelOf(view, outputPanel(data, channel), sizes.output));
  results[state.channel].classList.add("current");
  view.results.replaceChildren(...results);
  view.results.style.setProperty("--maps", sizes.perRow);
  view.results.classList.toggle("several", results.length > 1);
  addLegends(view, strips > 1);
}

/** One input channel: its map, its slice of the kernel, and their sum of products where there are several. */
function strip(view, channel, sizes) {
  const { data, state } = view;
  const slice = data.channels_of[state.channel].indexOf(channel);
  const whole = element("div", { class: slice < 0 ? "channel idle" : "channel" });
  whole.append(panelOf(view, inputPanel(view, channel), sizes.input));
  if (slice < 0 || !data.applied) return whole;
  const sign = data.settings.operation === "transposed" ? "∗ᵀ" : "∗";
  whole.append(glyph(sign), panelOf(view, kernelPanel(data, state.channel, slice, channel), sizes.kernel));
  if (!data.channel_sums) return whole;
  whole.append(glyph("="), panelOf(view, sumPanel(data, state.channel, slice, channel), sizes.sum));
  return whole;
}

const glyph = (sign) => element("div", { class: "glyph" }, sign);

/** What stands before the output; that of every output channel takes its place, so that nothing moves with them. */
function signOfResult(data, channel, state) {
  const sign = element("span", {}, ...wordsOfResult(data, channel));
  sign.style.visibility = channel === state.channel ? "visible" : "hidden";
  return sign;
}

function wordsOfResult({ settings, biases, channel_sums }, channel) {
  if (settings.operation === "max_pool") return [say("max →")];
  if (settings.operation === "average_pool") return [say("mean →")];
  const bias = biases[channel];
  const signs = [];
  if (channel_sums) signs.push("Σ");
  if (bias) signs.push(`${bias < 0 ? "−" : "+"}\u00a0${numeral(Math.abs(bias))}`);
  if (settings.activation === "relu") signs.push("ReLU");
  return [element("small", {}, signs.join(" ")), " ="];
}

function inputPanel({ data, state, answered }, channel) {
  const { rows, columns, padded, uses } = data;
  const panel = { kind: "input", channel, size: padded.shape.slice(1), dress: dressOf(rows, columns) };
  const short = padded.shape[0] > 1 ? say("Channel {channel}", { channel }) : "";
  if (state.counting) {
    const name = say("How often each cell is used");
    return { ...panel, name, short, value: (r, c) => uses.at(r, c), all: uses.values };
  }
  const hasFrame = rows.frame.includes(true) || columns.frame.includes(true);
  const parts = [hasFrame ? say("Padded input") : say("Input")];
  if (short) parts.push(say("channel {channel}", { channel }));
  const value = (r, c) => padded.at(channel, r, c);
  return { ...panel, name: parts.join(", "), short, value, all: padded.values, grey: answered.is_picture };
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
  const one = biases.length > 1 ? say("Kernel {output}", { output }) : "";
  const short = channels_of[output].length > 1 ? say("Slice {slice}", { slice }) : one;
  if (biases.length > 1) parts.push(say("output {output}", { output }));
  if (channels_of[output].length > 1) parts.push(say("slice {slice}", { slice }));
  const value = (r, c) => applied.at(output, slice, r, c);
  return {
    kind: "kernel",
    channel,
    slice,
    size: settings.kernel_size,
    name: parts.join(", "),
    short,
    value,
    text: numeral,
    all: applied.values,
  };
}

function sumPanel({ sums, channel_sums }, output, slice, channel) {
  const name = say("Sum of channel {channel}", { channel });
  const value = (r, c) => channel_sums.at(output, slice, r, c);
  const short = say("Sum {channel}", { channel });
  return { kind: "sum", channel, size: sums.shape.slice(1), name, short, value, all: channel_sums.values };
}

function outputPanel({ output, biases }, channel) {
  const name = biases.length > 1 ? say("Output {channel}", { channel }) : say("Output");
  const value = (r, c) => output.at(channel, r, c);
  const short = biases.length > 1 ? name : "";
  return { kind: "output", channel, size: output.shape.slice(1), name, short, value, all: output.values };
}

/** One grid of numbers as a figure, remembered in view.panels. */
function panelOf(view, content, cell) {
  const { kind, name, short, value, dress, text, all, grey } = content;
  const [rows, columns] = content.size;
  const font = fontFor(all, cell, text);
  const grid = new Grid({ rows, columns, cell, value, dress, text, grey, scale: largestOf(all), font });
  const whole = say("{name} {rows} × {columns}", { name, rows, columns });
  const caption = element("figcaption", { class: short && "short" }, short || whole);
  const figure = element("figure", { class: kind }, grid.box, caption);
  describe(grid.svg, content, whole);
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

/** One legend for all panels of a kind: under the last of them, or under the strips, whichever of these are in use. */
function addLegends({ panels, channels }, several) {
  const row = element("div", { class: "channel legends" });
  for (const last of new Map(panels.map((panel) => [panel.kind, panel])).values()) {
    const hasNegative = last.all.some((value) => Number.isFinite(value) && value < 0);
    const scale = legend(last.grid.scale, { hasNegative, grey: last.grey });
    scale.classList.add(last.kind);
    if (several && last.kind !== "output") row.append(scale);
    else last.figure.append(scale);
  }
  if (several) channels.append(row);
}
