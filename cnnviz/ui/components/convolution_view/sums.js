// The sums behind an output cell, in digits with which they are true.

import { equation } from "../shared/numbers.js";

/**
 * The sum of an output cell of a convolution: that of each channel, or of all products, and the bias.
 * @param {import("../shared/convolution.js").CellArithmetic} cell
 * @returns {{ parts: string[], bias: string, equals: "=" | "≈", result: string }}
 */
export function sumOf({ channel_sums, products, bias, sum }) {
  const parts = channel_sums.length ? channel_sums : [products];
  const { numbers, equals, result } = equation([...parts, bias], sum, (...all) => all.reduce((a, b) => a + b));
  return { parts: numbers.slice(0, -1), bias: numbers.at(-1), equals, result };
}

/**
 * The mean of a window.
 * @param {import("../shared/convolution.js").CellArithmetic} cell
 * @returns {{ sum: string, divisor: string, equals: "=" | "≈", result: string }}
 */
export function meanOf({ products, divisor, output }) {
  const { numbers, equals, result } = equation([products, divisor], output, (sum, count) => sum / count);
  return { sum: numbers[0], divisor: numbers[1], equals, result };
}
