// The gradient of one weight, written out with its numbers.

import { range } from "../shared/arrays.js";
import { element, withStrong } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { bracketed, equation, precise } from "../shared/numbers.js";

const MOST_TERMS = 4;
const PRECISION = { digits: 4, more: 8 }; // of the numbers in an equation

/**
 * @typedef {object} Gradient
 * @property {[number, number, number]} weight slice, row and column
 * @property {number} value
 * @property {number} check the same without calculus
 * @property {number} now the weight itself
 * @property {number} move by which the step before has moved it
 * @property {number} rate learning rate of the next step
 * @property {number} momentum of the next step
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
  const [value, check, now, move] = ["gradients", "checks", "weights", "moves"].map((name) =>
    data[name].at(frame, ...weight),
  );
  const [rate, momentum] = [data.rates[frame], data.momenta[frame]];
  const terms = read.map((cell) => [error(cell), input(cell)]);
  return { weight, value, check, now, move, rate, momentum, cells, terms };
}

/**
 * The gradient as three lines.
 * @param {Gradient} gradient
 * @param {{ wanted_weights: import("../shared/arrays.js").NumberArray }} data
 * @returns {HTMLElement[]}
 */
export function gradientLines(gradient, { wanted_weights }) {
  return [
    sum(gradient, wanted_weights.shape[0] > 1),
    say(
      "Without calculus: the weight moved by ±0.001, the difference of the errors divided by 0.002, gives **{check}**",
      { check: precise(gradient.check) },
    ),
    nextWeight(gradient),
  ].map((line) => element("div", {}, ...withStrong(line)));
}

/** The step of this weight: against its gradient, and on as it was moved before. */
function nextWeight({ now, value, move, rate, momentum }) {
  const step = (weight, rate_, gradient_, momentum_ = 0, move_ = 0) => weight - rate_ * gradient_ + momentum_ * move_;
  const pushed = momentum ? [momentum, move] : [];
  const next = step(now, rate, value, ...pushed);
  const { numbers, equals, result } = equation([now, rate, value, ...pushed], next, step, PRECISION);
  const [weight, ...factors] = numbers;
  const [rateText, gradient, momentumText, last] = factors.map(bracketed);
  const values = { weight, rate: rateText, gradient, momentum: momentumText, last, equals, next: result };
  return momentum
    ? say(
        "Next weight: {weight} − {rate} × {gradient} + momentum {momentum} × last move {last} {equals} **{next}**",
        values,
      )
    : say("Next weight: {weight} − {rate} × {gradient} {equals} **{next}**", values);
}

function sum({ weight: [slice, row, column], value, cells, terms }, severalSlices) {
  const mean = (...numbers) => {
    let products = 0;
    for (let k = 0; k < numbers.length; k += 2) products += numbers[k] * numbers[k + 1];
    return (2 / cells) * products;
  };
  const { numbers, equals, result } = equation(terms.flat(), value, mean, PRECISION);
  const products = range(terms.length).map((k) => `${bracketed(numbers[2 * k])} × ${bracketed(numbers[2 * k + 1])}`);
  const shown = terms.length > MOST_TERMS ? [...products.slice(0, MOST_TERMS), "…"] : products;
  const formula = say("2/cells × sum of (output − wanted) × input");
  const values = {
    slice,
    row,
    column,
    formula,
    sum: `2/${cells} × (${shown.join(" + ") || 0})`,
    equals,
    gradient: result,
  };
  return severalSlices
    ? say(
        "The gradient of weight slice {slice}, row {row}, column {column}: {formula} = {sum} {equals} **{gradient}**",
        values,
      )
    : say("The gradient of weight row {row}, column {column}: {formula} = {sum} {equals} **{gradient}**", values);
}
