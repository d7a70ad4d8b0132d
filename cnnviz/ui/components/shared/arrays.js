// Arrays of numbers, as they come from Python and as the browser makes them.

/**
 * @typedef {object} NumberArray
 * @property {number[]} shape
 * @property {Float32Array | Float64Array} values in the order of the last index first
 * @property {(...index: number[]) => number} at
 */

const TYPES = { float32: Float32Array, float64: Float64Array };

/**
 * The bytes that stand in base64.
 * @param {string} base64
 * @returns {ArrayBuffer}
 */
export function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

/**
 * An array that `packed` of arrays.py has sent; null stays null.
 * @param {{ type: "float32" | "float64", shape: number[], values: string } | null} packed
 * @returns {NumberArray | null}
 */
export function unpack(packed) {
  return packed && arrayOf(packed.shape, new TYPES[packed.type](bytes(packed.values)));
}

/**
 * An array made from a function of its indices.
 * @param {number[]} shape
 * @param {(...index: number[]) => number} value
 * @returns {NumberArray}
 */
export function filled(shape, value) {
  const values = new Float64Array(shape.reduce((size, side) => size * side, 1));
  const index = shape.map(() => 0);
  for (let k = 0; k < values.length; k++) {
    let rest = k;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    values[k] = value(...index);
  }
  return arrayOf(shape, values);
}

/**
 * The whole numbers from 0 on.
 * @param {number} count
 * @returns {number[]}
 */
export const range = (count) => [...Array(count).keys()];

/**
 * The largest magnitude among numbers, infinity left out; 1 when all are zero.
 * @param {Iterable<number>} values
 * @returns {number}
 */
export function largestOf(values) {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest || 1;
}

function arrayOf(shape, values) {
  const at = (...index) => values[index.reduce((offset, k, axis) => offset * shape[axis] + k, 0)];
  return { shape, values, at };
}
