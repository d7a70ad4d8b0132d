// What is said of a convolution in whole sentences.

import { NOTHING } from "../shared/axis.js";
import { cellsReading, positionsUnder } from "../shared/convolution.js";
import { say, sayCount } from "../shared/language.js";
import { numeral, written } from "../shared/numbers.js";
import { meanOf, sumOf } from "./sums.js";

const MOST_SPOKEN = 12; // terms

/**
 * Which output cell is shown.
 * @param {import("../shared/convolution.js").Operation} data
 * @param {{ channel: number, row: number, column: number, pinned: boolean }} state
 * @returns {string}
 */
export function where(data, { channel, row, column, pinned }) {
  if (data.biases.length > 1) {
    return pinned
      ? say("Output channel {channel}, row {row}, column {column}, pinned", { channel, row, column })
      : say("Output channel {channel}, row {row}, column {column}", { channel, row, column });
  }
  return pinned
    ? say("Output row {row}, column {column}, pinned", { row, column })
    : say("Output row {row}, column {column}", { row, column });
}

/**
 * What the weight or the input cell that is pointed at does; "" when none is.
 * @param {import("../shared/convolution.js").Operation} data
 * @param {{ pointed: { kind: string, channel: number, row: number, column: number } | null }} state
 * @returns {string}
 */
export function note(data, { pointed }) {
  if (!pointed) return "";
  return pointed.kind === "kernel" ? noteOnWeight(data, pointed) : noteOnInput(data, pointed);
}

function noteOnWeight(data, { row, column }) {
  const cells = positionsUnder(data, row, column).length;
  return hasFrame(data)
    ? sayCount(
        "Weight row {row}, column {column} multiplies {count} cell of the padded input. Click to change it.",
        "Weight row {row}, column {column} multiplies {count} cells of the padded input: it is shared. Click to change it.",
        cells,
        { row, column },
      )
    : sayCount(
        "Weight row {row}, column {column} multiplies {count} cell of the input. Click to change it.",
        "Weight row {row}, column {column} multiplies {count} cells of the input: it is shared. Click to change it.",
        cells,
        { row, column },
      );
}

/** Whether a cell of the input stands in the padding too. */
function hasCopies({ rows, columns }, { row, column }) {
  const count = ({ sources }, place) => sources.filter((source) => source === place).length;
  return count(rows, row) * count(columns, column) > 1;
}

const hasFrame = ({ rows, columns }) => rows.frame.includes(true) || columns.frame.includes(true);

function noteOnInput(data, { row, column, channel }) {
  const maps = data.channels_of.filter((channels) => channels.includes(channel)).length;
  const cells = maps * cellsReading(data, row, column).length;
  const place = { row: data.rows.sources[row], column: data.columns.sources[column] };
  if (place.row === NOTHING || place.column === NOTHING) {
    return sayCount(
      "This padding cell feeds {count} output cell.",
      "This padding cell feeds {count} output cells.",
      cells,
    );
  }
  if (data.rows.frame[row] || data.columns.frame[column]) {
    return sayCount(
      "This padding cell, a copy of input row {row}, column {column}, feeds {count} output cell.",
      "This padding cell, a copy of input row {row}, column {column}, feeds {count} output cells.",
      cells,
      place,
    );
  }
  if (hasCopies(data, place)) {
    return sayCount(
      "Input row {row}, column {column} feeds {count} output cell, besides those that its copies in the padding feed.",
      "Input row {row}, column {column} feeds {count} output cells, besides those that its copies in the padding feed.",
      cells,
      place,
    );
  }
  return sayCount(
    "Input row {row}, column {column} feeds {count} output cell.",
    "Input row {row}, column {column} feeds {count} output cells.",
    cells,
    place,
  );
}

/**
 * The arithmetic of a cell as a sentence to hear.
 * @param {import("../shared/convolution.js").Operation} data
 * @param {{ channel: number, row: number, column: number }} state
 * @param {import("../shared/convolution.js").CellArithmetic} cell
 * @returns {string}
 */
export function spoken(data, state, cell) {
  const { operation, activation } = data.settings;
  const place = where(data, { ...state, pinned: false });
  const values = cell.terms.map(valueName).join(", ");
  if (operation === "max_pool") {
    return say("{place}: the largest of {values}, is {result}.", { place, values, result: written(cell.output) });
  }
  if (operation === "average_pool") {
    const { divisor, result } = meanOf(cell);
    return say("{place}: the sum of {values}, divided by {divisor}, is {result}.", { place, values, divisor, result });
  }
  const { parts, bias, result: before } = sumOf(cell);
  const [sum, result] = [sumName(data, state, cell, parts), cell.output > 0 ? before : "0"];
  return activation === "relu"
    ? say("{place}: {sum}, plus bias {bias}, is {before}, after ReLU {result}.", { place, sum, bias, before, result })
    : say("{place}: {sum}, plus bias {bias}, is {result}.", { place, sum, bias, result: before });
}

/** All products, or the sums of the channels where these would be many. */
function sumName({ channels_of }, { channel }, { terms, channel_sums }, sums) {
  const isLong = terms.length > MOST_SPOKEN && channel_sums.length;
  const parts = isLong
    ? sums.map((sum, slice) => say("channel {channel} gives {sum}", { channel: channels_of[channel][slice], sum }))
    : terms.map((term) => say("{value} times {weight}", { value: valueName(term), weight: numeral(term.weight) }));
  return parts.length ? parts.reduce((first, second) => say("{first}, plus {second}", { first, second })) : "";
}

function valueName({ value, padding }) {
  return padding ? say("padding {value}", { value: written(value) }) : written(value);
}
