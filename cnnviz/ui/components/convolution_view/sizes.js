// How large the cells of the panels are: as large as the stage has room for, whatever lies on it.

import { range } from "../shared/arrays.js";

const SMALLEST_LARGEST = 44; // px: a single cell is drawn as large as this, or as a share of the stage
const SHARE_OF_STAGE = 0.18; // of its height, for the largest cell
const KERNEL = 0.7; // side of a weight, in cells of the input
const LEGIBLE = 28; // px: side of a weight, where there is room
const WIDEST_KERNEL = 0.25; // of the room

/**
 * @typedef {{ width: number, height: number }} Room px
 * @typedef {{ input: number, kernel: number, sum: number, output: number, perRow: number }} Sizes sides of the cells of
 * each kind of panel, px, all but the kernel's the same; output maps beside each other
 */

/**
 * The sizes with which all panels fit a room.
 * @param {import("../shared/convolution.js").Operation} data
 * @param {Room} room what captions, legends and signs leave of the stage
 * @param {Room} line what the caption of a panel needs
 * @returns {Sizes}
 */
export function cellSizes(data, room, line) {
  const strip = room.height / data.padded.shape[0] - line.height;
  const largest = Math.max(SMALLEST_LARGEST, room.height * SHARE_OF_STAGE);
  const [rows, columns] = data.applied ? data.settings.kernel_size : [1, 0];
  const highest = Math.min(largest * KERNEL, strip / rows, (room.width * WIDEST_KERNEL) / (columns || 1));
  const roomiest = (weight) => {
    const left = { ...room, width: room.width - columns * weight };
    const all = range(data.sums.shape[0]).map((k) => ({ perRow: k + 1, cell: fit(data, left, line, k + 1) }));
    return all.reduce((best, one) => (one.cell > best.cell ? one : best));
  };
  const kernel = Math.min(highest, Math.max(KERNEL * Math.min(largest, roomiest(highest).cell), LEGIBLE));
  const { perRow, cell } = roomiest(kernel);
  const side = Math.max(1, Math.min(largest, cell));
  return { input: side, kernel: Math.max(1, kernel), sum: side, output: side, perRow };
}

/** Side of a cell with which input, sums and outputs fit beside the kernels. */
function fit({ padded, channel_sums, sums }, room, line, perRow) {
  const [channels, rows, columns] = padded.shape;
  const [maps, height, width] = sums.shape;
  const across = [columns, ...(channel_sums ? [width] : []), ...Array(perRow).fill(width)];
  const strip = room.height / channels - line.height;
  const map = room.height / Math.ceil(maps / perRow) - line.height;
  return Math.min(
    widest(across, room.width, line.width),
    strip / rows,
    map / height,
    channel_sums ? strip / height : Infinity,
  );
}

/** Side of a cell with which panels of these numbers of columns are as wide as the room, none narrower than its caption. */
function widest(panels, room, caption) {
  const cell = room / panels.reduce((all, columns) => all + columns, 0);
  const wide = panels.filter((columns) => columns * cell >= caption);
  if (wide.length === panels.length) return cell;
  if (!wide.length) return room < panels.length * caption ? cell : caption / Math.max(...panels);
  return widest(wide, room - (panels.length - wide.length) * caption, caption);
}
