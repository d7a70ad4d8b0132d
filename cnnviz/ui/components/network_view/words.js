// What the maps of a network are called.

import { say, sayCount } from "../shared/language.js";
import { fixed, grouped } from "../shared/numbers.js";
import { isStrip } from "./layout.js";

/**
 * The name of a map.
 * @param {import("./connections.js").Part} part
 * @param {number} map
 * @returns {string}
 */
export function nameOf(part, map) {
  const [, rows, columns] = part.size;
  if (part.image) return say("The image, {rows} by {columns}", { rows, columns });
  if (isStrip(part)) return say("The {count} numbers of {layer}", { count: grouped(columns), layer: part.name });
  return say("Feature map {map} of {layer}, {rows} by {columns}", { map, layer: part.name, rows, columns });
}

/**
 * The number at a place of a map.
 * @param {import("./connections.js").Part} part
 * @param {{ map: number, row: number, column: number, value: number }} place
 * @returns {string}
 */
export function numberAt(part, { map, row, column, value }) {
  const values = { layer: part.name, map, row, column, value: fixed(value, 4) };
  if (part.image) return say("Image, row {row}, column {column}: {value}", values);
  if (isStrip(part)) return say("{layer}, number {column}: {value}", values);
  return say("{layer}, feature map {map}, row {row}, column {column}: {value}", values);
}

/**
 * The lines above the maps of a part.
 * @param {import("./connections.js").Part} part
 * @param {boolean} long whether there is room for three
 * @returns {string[]}
 */
export function linesOf(part, long) {
  const [maps, rows, columns] = part.size;
  const size = `${rows}×${columns}`;
  if (part.image) return [part.title, size];
  if (isStrip(part)) {
    const count = sayCount("{count} number", "{count} numbers", columns, { count: grouped(columns) });
    return [part.title, ...(long ? count.split(" ") : [count])];
  }
  if (long) return [part.title, sayCount("{count} map", "{count} maps", maps), size];
  return [part.title, sayCount("{count} map of {size}", "{count} maps of {size}", maps, { size })];
}
