// The gradient of one weight, written out with its numbers.

import { range } from "../shared/arrays.js";
import { element, withStrong } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { bracketed, precise, written } from "../shared/numbers.js";

const MOST_TERMS = 4;

/**
 * @typedef {object} Gradient
 * @property {[number, number, number]} weight slice, row and column
 * @property {number} value
 * @property {number} check the same without calculus
 * @property {number} now the weight itself
 * @property {number} cells of the output
 * @property {[number, number][]} terms error and input, those whose input is not zero
 */

/**
 * The gradient of a weight at a frame of the history.
 * @returns {Gradient}
 */
export function gradientOf(data, frame, weight) {
  const [slice, row, column] = weight;
  const [, rows, columns] = data.wanted_weights.shape;
  const k = (slice * rows + row) * columns + column;
  const [cells, width] = [data.design_matrix.shape[0], data.wanted.shape[1]];
  const input = (cell) => data.design_matrix.at(cell, k);
  const error = (cell) => {
    const place = [Math.floor(cell / width), cell % width];
    return data.outputs.at(frame, ...place) - data.wanted.at(...place);
  };
  const read = range(cells).filter((cell) => input(cell) !== 0);
  const [value, check, now] = [data.gradients, data.checks, data.weights].map((array) => array.at(frame, ...weight));
  return { weight, value, check, now, cells, terms: read.map((cell) => [error(cell), input(cell)]) };
}

/**
 * The gradient as three lines.
 * @param {Gradient} gradient
 * @param {{ learning_rate: number, wanted_weights: import("../shared/arrays.js").NumberArray }} data
 * @returns {HTMLElement[]}
 */
export function gradientLines(gradient, { learning_rate, wanted_weights }) {
  const severalSlices = wanted_weights.shape[0] > 1;
  const next = {
    weight: precise(gradient.now),
    rate: precise(learning_rate),
    gradient: bracketed(precise(gradient.value)),
    next: precise(gradient.now - learning_rate * gradient.value),
  };
  return [
    sum(gradient, severalSlices),
    say(
      "Without calculus: the weight moved by ±0.001, the difference of the errors divided by 0.002, gives **{check}**",
      { check: precise(gradient.check) },
    ),
    say("Next weight: {weight} − {rate} × {gradient} = **{next}**", next),
  ].map((line) => element("div", {}, ...withStrong(line)));
}

function sum({ weight: [slice, row, column], value, cells, terms }, severalSlices) {
  const products = terms.slice(0, MOST_TERMS).map(([error, input]) => `${precise(error)} × ${written(input)}`);
  if (cells > MOST_TERMS) products.push("…");
  const formula = say("2/cells × sum of (output − wanted) × input");
  const values = {
    slice,
    row,
    column,
    formula,
    sum: `2/${cells} × (${products.join(" + ")})`,
    gradient: precise(value),
  };
  return severalSlices
    ? say(
        "The gradient of weight slice {slice}, row {row}, column {column}: {formula} = {sum} = **{gradient}**",
        values,
      )
    : say("The gradient of weight row {row}, column {column}: {formula} = {sum} = **{gradient}**", values);
}
