// Convolution and pooling: what cnnviz.convolution computes, by the same names, so that a picture can follow a slider
// before Python has answered; and the arithmetic of one cell. No page is needed; a browser test holds all arrays equal
// to Python's and the arithmetic of the cells to torch's output.

import { filled, range } from "./arrays.js";
import { axisOf, NOTHING } from "./axis.js";

/**
 * @typedef {import("./arrays.js").NumberArray} NumberArray
 * @typedef {import("./axis.js").Axis} Axis
 * @typedef {import("./axis.js").Pair} Pair
 * @typedef {import("./axis.js").Settings} Settings
 *
 * @typedef {object} Operation
 * @property {Settings} settings
 * @property {number[][]} channels_of the input channels that each output channel reads
 * @property {NumberArray} padded the image with its frame, (c_in, rows, columns)
 * @property {NumberArray | null} applied weights as they lie on the image; null for a pooling
 * @property {number[]} biases
 * @property {Axis} rows
 * @property {Axis} columns
 * @property {NumberArray} uses how many output cells read each position
 * @property {NumberArray | null} channel_sums (c_out, slices, H', W'); null with one slice
 * @property {NumberArray | null} divisor of an average pooling, (H', W')
 * @property {NumberArray} sums before the activation, (c_out, H', W')
 * @property {NumberArray} output
 *
 * @typedef {object} Term one value that an output cell reads
 * @property {number} channel
 * @property {number} row of the padded input
 * @property {number} column
 * @property {number} kernel_row
 * @property {number} kernel_column
 * @property {number} value
 * @property {number} weight 1 in a pooling
 * @property {boolean} padding
 *
 * @typedef {object} CellArithmetic
 * @property {Term[]} terms channel by channel, row by row
 * @property {number} products sum of all values times their weights
 * @property {number[]} channel_sums the same per input channel, empty with one slice
 * @property {number | null} divisor of an average pooling
 * @property {number} bias
 * @property {number} sum before the activation
 * @property {number} output
 */

/**
 * The whole operation, null where the settings do not fit the image.
 * @param {{ image: NumberArray, applied: NumberArray | null, biases: number[], settings: Settings }} pieces
 * @returns {Operation | null}
 */
export function operate({ image, applied, biases, settings }) {
  const [c_in, height, width] = image.shape;
  const axes = [axisOf(settings, 0, height), axisOf(settings, 1, width)];
  if (axes.includes(null)) return null;
  const [rows, columns] = axes;
  const along = (values, other) => filled([values.length, other.length], (r, c) => values[r] * other[c]);
  const operation = { settings, applied, biases, rows, columns };
  operation.channels_of = channelsOf(applied, settings.groups, c_in);
  operation.padded = paddedOf(image, operation);
  operation.uses = along(rows.uses, columns.uses);
  operation.divisor = settings.operation === "average_pool" ? along(rows.counts, columns.counts) : null;
  return Object.assign(operation, sumsOf(operation));
}

/**
 * The image of an operation, without its frame.
 * @param {Operation} operation
 * @returns {NumberArray}
 */
export function imageOf({ padded, rows, columns }) {
  const [top, left] = [rows.frame.indexOf(false), columns.frame.indexOf(false)];
  const size = [rows, columns].map(({ frame }) => frame.filter((padding) => !padding).length);
  return filled([padded.shape[0], ...size], (channel, r, c) => padded.at(channel, top + r, left + c));
}

/**
 * How one output cell comes about.
 * @param {Operation} operation
 * @param {{ channel: number, row: number, column: number }} cell
 * @returns {CellArithmetic}
 */
export function cellOf(operation, { channel, row, column }) {
  const { sums, output, channel_sums, divisor, biases, channels_of } = operation;
  const terms = termsOf(operation, channel, row, column);
  return {
    terms,
    products: terms.reduce((sum, { value, weight }) => sum + value * weight, 0),
    channel_sums: channel_sums
      ? channels_of[channel].map((_, slice) => channel_sums.at(channel, slice, row, column))
      : [],
    divisor: divisor?.at(row, column) ?? null,
    bias: biases[channel],
    sum: sums.at(channel, row, column),
    output: output.at(channel, row, column),
  };
}

/**
 * The output cells that read a position of the padded input.
 * @param {Operation} operation
 * @param {number} row
 * @param {number} column
 * @returns {Pair[]}
 */
export function cellsReading({ rows, columns }, row, column) {
  const reading = (taps, position) => range(taps.length).filter((k) => taps[k].includes(position));
  return pairs(reading(rows.taps, row), reading(columns.taps, column));
}

/**
 * The positions of the padded input that one weight multiplies.
 * @param {Operation} operation
 * @param {number} row of the kernel
 * @param {number} column of the kernel
 * @returns {Pair[]}
 */
export function positionsUnder({ rows, columns }, row, column) {
  const under = (taps, k) => [...new Set(taps.map((tap) => tap[k]))].filter((position) => position !== NOTHING);
  return pairs(under(rows.taps, row), under(columns.taps, column));
}

const pairs = (rows, columns) => rows.flatMap((row) => columns.map((column) => [row, column]));

function channelsOf(applied, groups, c_in) {
  if (!applied) return range(c_in).map((channel) => [channel]);
  const [c_out, slices] = applied.shape;
  const group = (channel) => Math.floor(channel / (c_out / groups));
  return range(c_out).map((channel) => range(slices).map((slice) => group(channel) * slices + slice));
}

function paddedOf(image, { settings, rows, columns }) {
  const blank = settings.operation === "max_pool" ? -Infinity : 0;
  return filled([image.shape[0], rows.sources.length, columns.sources.length], (channel, r, c) => {
    const [row, column] = [rows.sources[r], columns.sources[c]];
    return row === NOTHING || column === NOTHING ? blank : image.at(channel, row, column);
  });
}

/** What the windows add up to: per input channel, before and after the activation. */
function sumsOf(operation) {
  const { settings, rows, columns, channels_of, applied, biases, divisor } = operation;
  const [slices, size] = [channels_of[0].length, [rows.taps.length, columns.taps.length]];
  const parts = filled([channels_of.length, slices, ...size], windowSum(operation));
  const sums = filled([channels_of.length, ...size], (channel, row, column) => {
    if (divisor) return parts.at(channel, 0, row, column) / divisor.at(row, column);
    return range(slices).reduce((sum, slice) => sum + parts.at(channel, slice, row, column), biases[channel]);
  });
  const output = settings.activation === "relu" ? filled(sums.shape, (...cell) => Math.max(0, sums.at(...cell))) : sums;
  return { channel_sums: applied && slices > 1 ? parts : null, sums, output };
}

/** A function of channel, slice, row and column: the products of one window in one slice, or its largest value. */
function windowSum({ settings, rows, columns, channels_of, padded, applied }) {
  const largest = settings.operation === "max_pool";
  return (channel, slice, row, column) => {
    let sum = largest ? -Infinity : 0;
    for (const [i, top] of rows.taps[row].entries()) {
      for (const [j, left] of columns.taps[column].entries()) {
        if (top === NOTHING || left === NOTHING) continue;
        const value = padded.at(channels_of[channel][slice], top, left);
        if (largest) sum = Math.max(sum, value);
        else sum += value * (applied ? applied.at(channel, slice, i, j) : 1);
      }
    }
    return sum;
  };
}

function termsOf({ rows, columns, padded, applied, channels_of }, channel, row, column) {
  const places = pairs([...rows.taps[row].entries()], [...columns.taps[column].entries()]);
  const read = places.filter(([[, top], [, left]]) => top !== NOTHING && left !== NOTHING);
  return channels_of[channel].flatMap((source, slice) =>
    read.map(([[kernel_row, top], [kernel_column, left]]) => ({
      channel: source,
      row: top,
      column: left,
      kernel_row,
      kernel_column,
      value: padded.at(source, top, left),
      weight: applied ? applied.at(channel, slice, kernel_row, kernel_column) : 1,
      padding: rows.frame[top] || columns.frame[left],
    })),
  );
}
