// Maps of numbers as small pictures: one pixel of a canvas for each number, enlarged by the style sheet.

import { greyPixel, signedPixel } from "./colours.js";
import { clamp } from "./numbers.js";

/**
 * @typedef {object} MapOfNumbers
 * @property {number} rows
 * @property {number} columns
 * @property {(k: number) => number} value of the k-th number, row by row; undefined where there is none
 * @property {number} largest magnitude with the full colour
 * @property {boolean} [image] whether it is one, and grey
 */

/**
 * Draw a map on a canvas, which takes its size.
 * @param {HTMLCanvasElement} canvas
 * @param {MapOfNumbers} map
 */
export function paint(canvas, { rows, columns, value, largest, image = false }) {
  canvas.width = columns;
  canvas.height = rows;
  const pen = canvas.getContext("2d");
  const picture = pen.createImageData(columns, rows);
  const pixel = image ? greyPixel : signedPixel;
  for (let k = 0; k < rows * columns; k++) picture.data.set(pixel((value(k) ?? 0) / largest), 4 * k);
  pen.putImageData(picture, 0, 0);
}

/**
 * Row and column of the number under the pointer.
 * @param {PointerEvent} event
 * @param {HTMLCanvasElement} canvas drawn by `paint`
 * @returns {[number, number]}
 */
export function under({ clientX, clientY }, canvas) {
  const box = canvas.getBoundingClientRect();
  const at = (offset, length, count) => clamp(Math.floor((offset / length) * count), count - 1);
  return [at(clientY - box.top, box.height, canvas.height), at(clientX - box.left, box.width, canvas.width)];
}
