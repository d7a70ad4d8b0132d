// Outlines over the panels: what the learner points at, and what belongs to it.

import { cellsReading, positionsUnder } from "../shared/convolution.js";
import { shape } from "../shared/dom.js";
import { numeral } from "../shared/numbers.js";

const SMALLEST_WITH_WEIGHTS = 34; // px: side of a cell with a weight in its corner

/**
 * The marks of a panel.
 * @param {import("./convolution_view.js").ConvolutionView} view
 * @param {import("./panels.js").Panel} panel
 * @param {import("../shared/convolution.js").Term[]} terms of the current output cell
 * @returns {SVGElement[]}
 */
export function marksOf({ data, state }, panel, terms) {
  const { pointed } = state;
  const outline = ([places, name]) => places.map(([row, column]) => panel.grid.outline(row, column, name));
  if (pointed?.kind === "input") return outline(forInput(data, pointed, panel));
  if (pointed?.kind === "kernel") return outline(forWeight(data, pointed, panel));
  const { kind, channel, grid } = panel;
  if (kind === "input")
    return laidOn(
      grid,
      terms.filter((term) => term.channel === channel),
      data.applied,
    );
  const isHere = kind === "sum" || (kind === "output" && channel === state.channel);
  return isHere ? outline([[[state.row, state.column]], "here"]) : [];
}

const NO_PLACES = [[], ""];

/** An input cell, and the output cells that it feeds. */
function forInput(data, pointed, { kind, channel }) {
  const { row, column } = pointed;
  if (kind === "input" && channel === pointed.channel) return [[[row, column]], "here"];
  const feeds = kind === "output" && data.channels_of[channel].includes(pointed.channel);
  return feeds ? [cellsReading(data, row, column), "fed"] : NO_PLACES;
}

/** A weight, and the input cells that it multiplies. */
function forWeight(data, pointed, { kind, channel }) {
  const { row, column } = pointed;
  if (channel !== pointed.channel) return NO_PLACES;
  if (kind === "kernel") return [[[row, column]], "here"];
  return kind === "input" ? [positionsUnder(data, row, column), "fed"] : NO_PLACES;
}

/** The kernel lying on the input: an outline for each cell it reads, its weights in the corners where they fit. */
function laidOn(grid, terms, applied) {
  if (!terms.length) return [];
  const { cell } = grid;
  const [rows, columns] = [terms.map((term) => term.row), terms.map((term) => term.column)];
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const [height, width] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
  const box = { x: left * cell, y: top * cell, width: width * cell, height: height * cell };
  const corners = applied && cell >= SMALLEST_WITH_WEIGHTS ? terms.map((term) => corner(cell, term)) : [];
  const outlines = terms.map(({ row, column }) => grid.outline(row, column, "read"));
  return [...outlines, shape("rect", { ...box, class: "mark window" }), ...corners];
}

function corner(cell, { row, column, weight }) {
  const place = { x: (column + 1) * cell - 3, y: (row + 1) * cell - 4 };
  const font = Math.min(Math.max(10, cell * 0.17), cell * 0.24);
  return shape("text", { ...place, class: "weight", "font-size": font }, `×${numeral(weight)}`);
}
