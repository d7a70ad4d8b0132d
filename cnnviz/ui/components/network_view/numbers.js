// The numbers of a network at work, by part and map.

import { largestOf, unpack } from "../shared/arrays.js";
import { isStrip } from "./layout.js";

/** What Python has sent, taken apart. */
export class Numbers {
  constructor({ numbers, parts, kernels }) {
    const { values } = unpack(numbers);
    this.parts = new Map(parts.map((part) => [part.name, part]));
    this.kernels = kernels;
    this.values = new Map();
    this.largest = new Map();
    let first = 0;
    for (const { name, size, image } of parts) {
      const count = size.reduce((product, side) => product * side, 1);
      this.values.set(name, values.subarray(first, first + count));
      this.largest.set(name, image ? 1 : largestOf(this.values.get(name)));
      first += count;
    }
  }

  /**
   * A map as it is painted.
   * @param {string} name of the part
   * @param {number} map
   * @param {number} [across] columns in which numbers in a row are written
   * @returns {import("../shared/maps.js").MapOfNumbers}
   */
  of(name, map, across = 1) {
    const part = this.parts.get(name);
    const [, rows, columns] = part.size;
    const values = this.values.get(name);
    const largest = this.largest.get(name);
    if (isStrip(part)) {
      return { rows: Math.ceil(columns / across), columns: across, value: (k) => values[k], largest };
    }
    const first = map * rows * columns;
    return { rows, columns, value: (k) => values[first + k], largest, image: part.image };
  }

  /**
   * The kernel that makes a map, a slice for each map that it reads; null where none does.
   * @param {string} name of the part
   * @param {number} map
   * @returns {Promise<import("../shared/maps.js").MapOfNumbers[] | null>}
   */
  async kernelOf(name, map) {
    if (!this.kernels || !(name in this.kernels.shapes)) return null;
    const all = await fetched(this.kernels.url);
    let first = 0;
    for (const [other, shape] of Object.entries(this.kernels.shapes)) {
      const count = shape.reduce((product, side) => product * side, 1);
      if (other === name) return slices(all.subarray(first, first + count), shape, map);
      first += count;
    }
    return null;
  }
}

function slices(weights, [, inputs, rows, columns], map) {
  const size = rows * columns;
  const own = weights.subarray(map * inputs * size, (map + 1) * inputs * size);
  const largest = largestOf(own);
  return Array.from({ length: inputs }, (_, k) => ({
    rows,
    columns,
    value: (place) => own[k * size + place],
    largest,
  }));
}

const files = new Map(); // address to the promise of its numbers

function fetched(url) {
  if (!files.has(url)) {
    const address = new URL(url, document.baseURI);
    const file = fetch(address).then(async (answer) => new Float32Array(await answer.arrayBuffer()));
    file.catch(() => files.delete(url)); // asked again next time
    files.set(url, file);
  }
  return files.get(url);
}
