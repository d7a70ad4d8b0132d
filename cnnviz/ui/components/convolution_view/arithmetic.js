// The arithmetic of an output cell, written with its numbers.

import { range } from "../shared/arrays.js";
import { isPooling, NOTHING } from "../shared/axis.js";
import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { bracketed, numeral, read, sign, written } from "../shared/numbers.js";
import { meanOf, sumOf } from "./sums.js";
import { where } from "./words.js";

/**
 * Write how the current cell comes about.
 * @param {HTMLElement} target
 * @param {import("../shared/convolution.js").Operation} data
 * @param {{ channel: number, row: number, column: number, pinned: boolean }} state
 * @param {import("../shared/convolution.js").CellArithmetic} cell
 */
export function writeArithmetic(target, data, state, cell) {
  const { channel, row, column } = state;
  const { bias, sum, output } = cell;
  Object.assign(target.dataset, { channel, row, column, bias, sum, output });
  const heading = element("div", { class: "where" }, where(data, state));
  target.replaceChildren(heading, ...(isPooling(data.settings) ? pooled(data, cell) : convolved(data, state, cell)));
  if (cell.terms.some((term) => term.padding)) target.append(hint(paddingHint(data.settings, cell)));
  if (isMatrixProduct(data)) target.append(matrixProduct(data, state));
}

const hint = (words) => element("div", { class: "hint" }, words);

function paddingHint({ padding_mode, operation }, { output }) {
  if (operation === "max_pool") {
    return output === -Infinity
      ? say("dotted: padding; no cell of the input lies under this window")
      : say("dotted: padding, which never wins");
  }
  if (padding_mode === "zeros") return say("dotted: a zero of the padding");
  return say("dotted: padding, a copy of the input ({mode})", { mode: padding_mode });
}

/** The products in the shape of the kernel, the sum of each channel, the bias, the result. */
function convolved(data, { channel }, cell) {
  const sum = sumOf(cell);
  const blocks = data.channels_of[channel].map((source, slice) =>
    block(
      cell.terms.filter((term) => term.channel === source),
      cell.channel_sums.length ? sum.parts[slice] : null,
    ),
  );
  return [...blocks, element("div", { class: "total" }, total(data.settings, cell, sum))];
}

/** The products of one input channel, and their sum where there are several channels. */
function block(terms, sum) {
  if (!terms.length) return hint(say("No input cell reaches this place: only the bias is left."));
  const grid = windowOf(terms, (term, k) => [k ? "+ " : "", valueNode(term), "×", weightNode(term)]);
  if (sum === null) return grid;
  const name = element("span", {}, say("channel {channel}", { channel: terms[0].channel }));
  return element(
    "div",
    { class: "channel-sum" },
    name,
    grid,
    element("span", {}, `${signOfProducts(terms, sum)} ${sum}`),
  );
}

/** Terms in rows and columns as they lie in the window. */
function windowOf(terms, pieces, isWinner = () => false) {
  const columns = new Set(terms.map((term) => term.kernel_column)).size || 1;
  const grid = element("div", { class: "products", style: `--columns: ${columns}` });
  for (const [k, term] of terms.entries()) {
    const node = element("span", { class: "term" }, ...pieces(term, k));
    node.classList.toggle("padding", term.padding);
    node.classList.toggle("winner", isWinner(term));
    const { channel, row, column, value, weight, padding } = term;
    Object.assign(node.dataset, { channel, row, column, value, weight, padding });
    grid.append(node);
  }
  return grid;
}

const valueNode = ({ value }) => element("span", { class: "value" }, written(value));
const weightNode = ({ weight }) => element("b", {}, bracketed(numeral(weight)));

/** Whether products as they are written add up to a sum as it is written. */
function signOfProducts(terms, sum) {
  const product = ({ value, weight }) => read(written(value)) * read(numeral(weight));
  return sign(
    terms.reduce((before, term) => before + product(term), 0),
    read(sum),
  );
}

function total({ activation }, { terms, channel_sums, output }, { parts, bias, equals, result }) {
  const values = {
    sum: channel_sums.length ? parts.map(bracketed).join(" + ") : sumWords(signOfProducts(terms, parts[0]), parts[0]),
    bias: bracketed(bias),
    equals,
    result,
    output: output > 0 ? result : "0",
  };
  return activation === "relu"
    ? say("{sum} + bias {bias} {equals} {result}, ReLU: max(0, {result}) = {output}", values)
    : say("{sum} + bias {bias} {equals} {result}", values);
}

const sumWords = (equals, sum) => (equals === "=" ? say("sum {sum}", { sum }) : say("sum ≈ {sum}", { sum }));

/** The values of a window, and what is made of them. */
function pooled({ settings }, cell) {
  const largest = settings.operation === "max_pool";
  const pieces = (term, k) => [k && !largest ? "+ " : "", valueNode(term)];
  const grid = windowOf(cell.terms, pieces, ({ value }) => largest && value === cell.output);
  return [grid, element("div", { class: "total" }, largest ? maximum(cell) : mean(cell))];
}

const maximum = ({ output }) => say("largest = {result}", { result: written(output) });

function mean(cell) {
  const { sum, divisor, equals, result } = meanOf(cell);
  return say("{sum} / {divisor} {equals} {result}", {
    sum: sumWords(signOfProducts(cell.terms, sum), sum),
    divisor,
    equals,
    result,
  });
}

/** Whether all output channels are a matrix times the input channels of a pixel. */
function isMatrixProduct({ settings, padded, biases }) {
  const isOne = settings.kernel_size.every((side) => side === 1);
  return settings.operation === "convolution" && isOne && padded.shape[0] * biases.length > 1;
}

function matrixProduct(data, { row, column }) {
  const { channels_of, applied, padded, biases, sums } = data;
  const [inputs, outputs] = [range(padded.shape[0]), range(biases.length)];
  const slice = (o, c) => channels_of[o].indexOf(c);
  const weight = (o, c) => (slice(o, c) === NOTHING ? 0 : applied.at(o, slice(o, c), 0, 0));
  const [top, left] = [data.rows.taps[row][0], data.columns.taps[column][0]];
  const weights = outputs.map((o) => inputs.map((c) => numeral(weight(o, c))));
  const pixel = inputs.map((c) => written(padded.at(c, top, left)));
  const added = biases.map(numeral);
  const results = outputs.map((o) => written(sums.at(o, row, column)));
  const isTrue = results.every((result, o) => {
    const products = inputs.map((c) => read(weights[o][c]) * read(pixel[c]));
    return (
      sign(
        products.reduce((sum, product) => sum + product, read(added[o])),
        read(result),
      ) === "="
    );
  });
  return element(
    "div",
    { class: "product" },
    element("span", {}, say("All channels of this pixel at once:")),
    matrix(weights),
    "×",
    matrix(pixel.map((text) => [text])),
    "+",
    matrix(added.map((text) => [text])),
    isTrue ? "=" : "≈",
    matrix(results.map((text) => [text])),
  );
}

function matrix(rows) {
  const entries = rows.flat().map((text) => element("span", { class: "entry" }, text));
  return element(
    "span",
    { class: "matrix", style: `grid-template-columns: repeat(${rows[0].length}, auto)` },
    ...entries,
  );
}
