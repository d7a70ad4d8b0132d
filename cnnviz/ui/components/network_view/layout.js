// Where the maps of a network stand: a column for each layer, all maps as large as they fit, else as many as fit.

import { range } from "../shared/arrays.js";
import { depths } from "./connections.js";

const GAP = 3; // px between two maps
const APART = 12; // px between two columns, at least
const WIDE_APART = 44; // px between them where that leaves maps of a good size
const TWO_LINES = 30; // px of words above the maps
const THREE_LINES = 44;
const INNER = 28; // px of the words of a layer that shares its column
const WIDE = 98; // px of a column and the gap behind it in which two lines have room
const BUTTON = 18; // px
const BETWEEN = 8; // px between two layers of a column
const BLOCK = 16; // px for the names of blocks, above all
const CLASSES = 132; // px
const NARROWEST = 44; // px of a column, for its words
const IMAGE = 84; // px, at most
const CELL = 4; // px of a number in a strip, at least
const WIDEST_CELL = 16; // px
const GOOD = [64, 36]; // px of a map: at most, at least
const ALL = [64, 26]; // px of a map where all are shown
const SOME = [37, 18]; // px of a map where some are shown
const READABLE = 30; // px of a map where the picture is wider than its room

/**
 * @typedef {object} Spot where the maps of a part stand, px
 * @property {number} column number of the column
 * @property {number} head from the top to the words
 * @property {number} x
 * @property {number} y
 * @property {number} side of a map; of a strip its width
 * @property {number} height of a map
 * @property {number} across maps beside each other
 * @property {number} shown maps
 * @property {boolean} button whether there is one for the other maps
 * @property {number} bottom below the last map
 * @property {number} room of the column and the gap behind it
 */

/**
 * @param {import("./connections.js").Part[]} parts the classes last
 * @param {{ width: number, height: number, expanded: Set<string> }} options px, and the parts that show all their maps
 * @returns {{ spots: Map<string, Spot>, width: number, height: number, classes: { x: number, y: number }, long: boolean }}
 */
export function layout(parts, { width, height, expanded }) {
  const above = parts.some(({ block }) => block) ? BLOCK : 0;
  const columns = columnsOf(parts.slice(0, -1));
  const withWords = (words) => {
    const room = { width, height: height - above, words, expanded };
    const all = everything(columns, room, GOOD, WIDE_APART) ?? everything(columns, room, ALL, APART);
    return placed(all ?? something(columns, room), room, above);
  };
  const two = withWords(TWO_LINES);
  const narrow = [...two.spots.values()].some(({ room }) => room < WIDE);
  return narrow ? { ...withWords(THREE_LINES), long: true } : { ...two, long: false };
}

/** The parts of each column. */
function columnsOf(parts) {
  const columns = [];
  const found = depths(parts);
  for (const part of parts) {
    columns[found.get(part.name)] ??= [];
    columns[found.get(part.name)].push(part);
  }
  return columns;
}

/** All maps, as large as they fit with gaps between the columns; undefined where they do not. */
function everything(columns, room, limits, apart) {
  for (const side of sizes(limits)) {
    const sized = columns.map((column) => narrowest(column, side, { ...room, whole: true }));
    if (sized.every(({ fits }) => fits) && widthOf(sized, apart) <= room.width) return sized;
  }
  return undefined;
}

/** Some maps of each part; the picture is wider than its room where it must be. */
function something(columns, room) {
  const isTooNarrow = columns.length * (NARROWEST + APART) + CLASSES > room.width; // for maps of whatever size
  let [high, smallest] = [];
  for (const side of sizes(isTooNarrow ? [READABLE, SOME[1]] : SOME)) {
    smallest = columns.map((column) => narrowest(column, side, room));
    if (!smallest.every(({ fits }) => fits)) continue;
    if (isTooNarrow || widthOf(smallest) <= room.width) return widened(smallest, room);
    if (side <= READABLE) high ??= smallest;
  }
  return widened(high ?? smallest, room);
}

const sizes = ([most, least]) => range(most - least + 1).map((k) => most - k);

/** More maps for the columns that show the least of theirs, as long as there is room. */
function widened(sized, room) {
  const now = [...sized];
  let growing = range(now.length).filter((k) => now[k].sections.length);
  while (growing.length) {
    growing = growing.filter((k) => share(now[k]) < 1);
    const least = growing.toSorted((a, b) => share(now[a]) - share(now[b]))[0];
    if (least === undefined) break;
    const { column, side, across } = now[least];
    const tried = now.with(least, sizedColumn(column, side, across + 1, room));
    if (tried[least].fits && widthOf(tried) <= room.width) now[least] = tried[least];
    else growing = growing.filter((k) => k !== least);
  }
  return now;
}

/** Share of its maps that the least shown part of a column shows. */
const share = ({ sections }) => Math.min(...sections.map(({ part, shown }) => shown / part.size[0]));

const widthOf = (sized, apart = APART) => sized.reduce((sum, { width }) => sum + width + apart, CLASSES);

/** A column with as few maps beside each other as its height allows. */
function narrowest(column, side, room) {
  const wanted = column.filter(({ name }) => room.whole || room.expanded.has(name));
  const rows = Math.max(1, Math.floor(room.height / (side + GAP)));
  const fewest = Math.max(1, Math.ceil(wanted.reduce((sum, { size }) => sum + size[0], 0) / rows));
  const most = Math.max(fewest, ...wanted.map(({ size }) => size[0]));
  for (let across = fewest; across <= most; across++) {
    const sized = sizedColumn(column, side, across, room);
    if (sized.fits) return sized;
  }
  return sizedColumn(column, side, fewest, room);
}

/** A column with so many maps of a side beside each other. */
function sizedColumn(column, side, across, room) {
  const [part] = column;
  if (column.length > 1 || !(part.image || isStrip(part))) return columnOfMaps(column, side, across, room);
  const height = room.height - room.words;
  const size = part.image ? imageSize(side, height) : stripSize(part.size[2], height);
  const section = { part, ...size, shown: 1, rows: 1, button: false };
  return { column, side, across: 1, sections: [section], width: Math.max(NARROWEST, size.side), fits: size.fits };
}

function columnOfMaps(column, side, across, room) {
  const { rows, fits } = rowsOf(column, side, across, room);
  const sections = column.map((part, k) => {
    const shown = Math.min(part.size[0], rows[k] * across);
    return { part, side, height: side, shown, rows: rows[k], button: hasButton(part, shown, room) };
  });
  const most = Math.max(...sections.map(({ shown }) => Math.min(shown, across)));
  return { column, side, across, sections, width: Math.max(NARROWEST, most * (side + GAP) - GAP), fits };
}

const hasButton = ({ name, size }, shown, { whole, expanded }) => !whole && (shown < size[0] || expanded.has(name));

/** The image is larger than a map, in the middle of its column. */
function imageSize(side, height) {
  const large = Math.min(IMAGE, 2 * side + GAP);
  return { side: large, height: large, lower: Math.max(0, (height - large) / 2), fits: large <= height };
}

/** Whether the numbers of a part stand in a row. */
export const isStrip = ({ size: [maps, rows, columns] }) => maps === 1 && rows === 1 && columns > 1;

/** Numbers in a row are drawn as a strip of as few columns as its height allows. */
function stripSize(count, height) {
  const columns = columnsOfStrip(count, height);
  const rows = Math.ceil(count / columns);
  const cell = Math.min(WIDEST_CELL, height / rows);
  return { side: Math.max(WIDEST_CELL, columns * cell), height: cell * rows, fits: true };
}

/**
 * Columns of a strip of numbers.
 * @param {number} count
 * @param {number} height px
 * @returns {number}
 */
export const columnsOfStrip = (count, height) => Math.max(1, Math.ceil((count * CELL) / Math.max(height, CELL)));

/** Rows of maps for each part of a column, one at least, and whether these fit. */
function rowsOf(column, side, across, room) {
  const all = column.map(({ size }) => Math.ceil(size[0] / across));
  const rows = column.map(({ name }, k) => (room.whole || room.expanded.has(name) ? all[k] : 1));
  const words = column.length > 1 ? column.length * (INNER + BETWEEN) - BETWEEN : room.words;
  const fits = () => {
    const buttons = column.filter((part, k) => hasButton(part, rows[k] * across, room)).length;
    const tiles = rows.reduce((sum, count) => sum + count, 0) * (side + GAP);
    return words + tiles + buttons * BUTTON <= room.height;
  };
  if (!fits()) return { rows, fits: false };
  let open = range(column.length).filter((k) => rows[k] < all[k]);
  while (open.length) {
    const neediest = open.toSorted((a, b) => rows[a] / all[a] - rows[b] / all[b])[0];
    rows[neediest] += 1;
    if (!fits()) {
      rows[neediest] -= 1;
      open = open.filter((k) => k !== neediest);
    }
    open = open.filter((k) => rows[k] < all[k]);
  }
  return { rows, fits: true };
}

/** The columns beside each other, with equal gaps. */
function placed(sized, { width, height, words }, above) {
  const wide = sized.reduce((sum, column) => sum + column.width, 0);
  const gap = Math.max(APART, (width - CLASSES - wide) / sized.length);
  const spots = new Map();
  let [x, lowest] = [0, 0];
  for (const [column, { sections, across, width: own }] of sized.entries()) {
    let head = above;
    for (const { part, side, height: tall, shown, rows, button, lower = 0 } of sections) {
      const y = head + (sections.length > 1 ? INNER : words) + lower;
      const bottom = y + rows * (tall + GAP) - GAP;
      spots.set(part.name, { column, head, x, y, side, height: tall, across, shown, button, bottom, room: own + gap });
      head = bottom + (button ? BUTTON : 0) + BETWEEN;
      lowest = Math.max(lowest, head - BETWEEN);
    }
    x += own + gap;
  }
  return { spots, width: x + CLASSES, height: Math.max(lowest, above + height), classes: { x, y: above + words } };
}

/**
 * Where one map of a part stands, px.
 * @param {Spot} spot
 * @param {number} map
 * @returns {{ x: number, y: number, width: number, height: number }}
 */
export function boxOf({ x, y, side, height, across }, map) {
  const [row, column] = [Math.floor(map / across), map % across];
  return { x: x + column * (side + GAP), y: y + row * (height + GAP), width: side, height };
}
