// One direction, rows or columns, of a layer that slides over its input: where it stops, and what it reads there. What
// cnnviz.axis computes, by the same names.

import { range } from "./arrays.js";

/**
 * @typedef {[number, number]} Pair rows and columns
 *
 * @typedef {object} Settings as ConvolutionSettings
 * @property {"convolution" | "transposed" | "max_pool" | "average_pool"} operation
 * @property {Pair} kernel_size
 * @property {Pair} stride
 * @property {Pair | "valid" | "same" | "same_before" | "full"} padding
 * @property {Pair} dilation
 * @property {Pair} output_padding
 * @property {"zeros" | "reflect" | "replicate" | "circular"} padding_mode
 * @property {number} groups
 * @property {boolean} ceil_mode
 * @property {boolean} count_include_pad
 * @property {"none" | "relu"} activation
 *
 * @typedef {object} Axis rows or columns
 * @property {number[][]} taps position that each output cell reads for each cell of the kernel, NOTHING for none
 * @property {number[]} sources row or column of the input at each position, NOTHING for a zero of the padding
 * @property {boolean[]} frame which positions lie in the padding
 * @property {number[]} unused positions that no output cell reads
 * @property {number[]} uses how many output cells read each position
 * @property {number[]} [counts] cells of each window that count in an average
 */

export const NOTHING = -1;

/** @param {Settings} settings */
export const isPooling = ({ operation }) => operation.endsWith("pool");

/**
 * The settings seen along one direction, null where they do not fit.
 * @param {Settings} settings
 * @param {0 | 1} i rows or columns
 * @param {number} length of the input
 * @returns {Axis | null}
 */
export function axisOf(settings, i, length) {
  const axis =
    settings.operation === "transposed" ? transposedAxis(settings, i, length) : slidingAxis(settings, i, length);
  return axis && { ...axis, uses: usesOf(axis.taps, axis.sources.length) };
}

/** An axis along which the kernel slides over the padded input. */
function slidingAxis(settings, i, length) {
  const [kernel_size, stride, dilation] = [settings.kernel_size[i], settings.stride[i], settings.dilation[i]];
  const span = dilation * (kernel_size - 1) + 1;
  const [before, after] = frameOf(settings, i);
  const padded = length + before + after;
  const output = stops(settings, padded - span, stride, length + before);
  if (output < 1 || Math.max(before, after) > largestPadding(settings, i, length)) return null;
  const taps = range(output).map((o) => range(kernel_size).map((k) => stride * o + dilation * k));
  const inside = taps.map((row) => row.map((tap) => (tap < padded ? tap : NOTHING)));
  const places = range(padded).map((position) => position - before);
  const frame = places.map((place) => place < 0 || place >= length);
  const last = Math.max(...inside.flat());
  return {
    taps: inside,
    sources: places.map((place) => sourceOf(settings.padding_mode, place, length)),
    frame,
    unused: range(padded).filter((position) => position > last),
    counts: inside.map((row) => row.filter((tap) => isCounted(settings, frame, tap)).length),
  };
}

/** Places where the kernel stops; with ceil_mode a last one that only begins on the input. */
function stops({ ceil_mode }, room, stride, end) {
  if (!ceil_mode) return Math.floor(room / stride) + 1;
  const output = Math.ceil(room / stride) + 1;
  return (output - 1) * stride >= end ? output - 1 : output;
}

/** Whether a cell of the window counts in an average. */
const isCounted = ({ count_include_pad }, frame, tap) => tap !== NOTHING && (count_include_pad || !frame[tap]);

function largestPadding(settings, i, length) {
  if (isPooling(settings)) return Math.floor(settings.kernel_size[i] / 2);
  return { reflect: length - 1, circular: length }[settings.padding_mode] ?? Infinity;
}

/** Padding before and after; the odd one of "same" comes after, as in torch, that of "same_before" before. */
function frameOf({ padding, kernel_size, dilation }, i) {
  if (Array.isArray(padding)) return [padding[i], padding[i]];
  const reach = dilation[i] * (kernel_size[i] - 1);
  const half = Math.floor(reach / 2);
  const frames = { valid: [0, 0], same: [half, reach - half], same_before: [reach - half, half], full: [reach, reach] };
  return frames[padding];
}

function sourceOf(padding_mode, place, length) {
  if (padding_mode === "replicate") return Math.min(Math.max(place, 0), length - 1);
  if (padding_mode === "circular") return ((place % length) + length) % length;
  if (padding_mode === "reflect") return length - 1 - Math.abs(length - 1 - Math.abs(place));
  return place < 0 || place >= length ? NOTHING : place;
}

/** An axis along which each input cell lays the kernel onto the output; padding crops the output. */
function transposedAxis(settings, i, length) {
  const [kernel_size, stride, dilation] = [settings.kernel_size[i], settings.stride[i], settings.dilation[i]];
  const [padding, output_padding] = [settings.padding[i], settings.output_padding[i]];
  const output = (length - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1;
  if (output_padding >= Math.max(stride, dilation) || output < 1) return null;
  const tap = (reach) => (reach % stride === 0 && reach >= 0 && reach / stride < length ? reach / stride : NOTHING);
  const taps = range(output).map((o) => range(kernel_size).map((k) => tap(o + padding - dilation * k)));
  const used = new Set(taps.flat());
  return {
    taps,
    sources: range(length),
    frame: Array(length).fill(false),
    unused: range(length).filter((position) => !used.has(position)),
  };
}

function usesOf(taps, positions) {
  const uses = Array(positions).fill(0);
  for (const tap of taps.flat()) if (tap !== NOTHING) uses[tap] += 1;
  return uses;
}
