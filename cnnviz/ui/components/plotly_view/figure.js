// Figures as plotly.py sends them, made ready for plotly.js.

import { bytes } from "../shared/arrays.js";

const TYPES = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array };

/**
 * JSON in which the names of theme variables are replaced by their present values.
 * @param {string} json
 * @param {HTMLElement} node that has the theme
 * @returns {string}
 */
export function inTheme(json, node) {
  const style = getComputedStyle(node);
  const value = (name) => style.getPropertyValue(name).trim();
  return json.replace(/var\((--st-[a-z-]+)\)/g, (_, name) => JSON.stringify(value(name)).slice(1, -1));
}

/**
 * Fonts and margins of a layout, and of the template in it, as large as the text of the page.
 * @param {Record<string, any>} part a layout, or a part of one
 * @param {number} scale
 */
export function enlarge(part, scale) {
  if (scale === 1) return;
  for (const [name, value] of Object.entries(part)) {
    if (!value || typeof value !== "object") continue;
    if (/font$/.test(name) && value.size) value.size *= scale;
    if (name === "margin") for (const side of Object.keys(value)) value[side] *= scale;
    else enlarge(value, scale);
  }
}

/**
 * What the mode bar of a chart offers. Nothing of it leaves this computer: a picture is saved, not shared.
 * @param {boolean} selectable whether points can be chosen
 * @param {string} filename of a picture of the chart
 */
export function configuration(selectable, filename) {
  const unused = selectable ? [] : ["select2d", "lasso2d"];
  const modeBarButtonsToRemove = ["autoScale2d", "zoomIn2d", "zoomOut2d", "sendChartToCloud", ...unused];
  const toImageButtonOptions = { format: "svg", filename };
  const nowhere = { showSendToCloud: false, showLink: false, plotlyServerURL: "" };
  return { displaylogo: false, responsive: false, modeBarButtonsToRemove, toImageButtonOptions, ...nowhere };
}

/**
 * The row ids of points, each once.
 * @param {{ customdata: unknown }[]} points
 * @returns {number[]}
 */
export function rowsOf(points) {
  return [...new Set(points.map((point) => point.customdata).filter((row) => typeof row === "number"))];
}

/**
 * A list of numbers; plotly.py sends a numpy array as {dtype, bdata}.
 * @template T
 * @param {T[] | { dtype: string, bdata: string } | undefined} list
 * @returns {T[] | number[] | undefined}
 */
export function valuesOf(list) {
  return list?.bdata ? Array.from(new TYPES[list.dtype](bytes(list.bdata))) : list;
}
