// The small pictures: each draws on a canvas of SIZE.

import { largestOf, range, unpack } from "../shared/arrays.js";
import { faded, GREY, signed } from "../shared/colours.js";
import { element } from "../shared/dom.js";
import { paint } from "../shared/maps.js";
import { written } from "../shared/numbers.js";

export const SIZE = { width: 216, height: 132 }; // px, before the style sheet enlarges it

/** @typedef {{ text: string, quiet: string, primary: string, font: string }} Theme */

/** @type {Record<string, (pen: CanvasRenderingContext2D, drawing: any, theme: Theme) => void>} */
export const DRAWINGS = { convolution, curve, network, points, tiles };

/** Input, kernel and output, as the tables that they are. */
function convolution(pen, { tables }, theme) {
  const arrays = tables.map(unpack);
  const columns = arrays.reduce((sum, { shape }) => sum + shape[1], 0);
  const rows = Math.max(...arrays.map(({ shape }) => shape[0]));
  const cell = Math.min((SIZE.width - 40) / columns, (SIZE.height - 4) / rows, 24);
  let x = (SIZE.width - columns * cell - 40) / 2;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [k, array] of arrays.entries()) {
    table(pen, array, { x, y: (SIZE.height - array.shape[0] * cell) / 2, cell }, theme);
    x += array.shape[1] * cell;
    pen.font = `14px ${theme.font}`;
    pen.fillStyle = theme.text;
    if (k < 2) pen.fillText(["∗", "="][k], x + 10, SIZE.height / 2);
    x += 20;
  }
}

function table(pen, { shape: [rows, columns], values }, { x, y, cell }, theme) {
  const largest = largestOf(values);
  pen.font = `${0.52 * cell}px ${theme.font}`;
  pen.strokeStyle = faded(GREY, 0.4);
  pen.lineWidth = 0.5;
  for (const k of range(rows * columns)) {
    const [left, top] = [x + (k % columns) * cell, y + Math.floor(k / columns) * cell];
    pen.fillStyle = signed(values[k] / largest, 0.6);
    pen.fillRect(left, top, cell, cell);
    pen.strokeRect(left, top, cell, cell);
    pen.fillStyle = theme.text;
    pen.fillText(written(values[k]), left + cell / 2, top + cell / 2);
  }
}

/** The loss over the steps of a training. */
function curve(pen, { steps, losses }, theme) {
  const [x, y] = [unpack(steps).values, unpack(losses).values];
  const [last, highest] = [Math.max(x.at(-1), 1), largestOf(y)];
  const room = { left: 6, width: SIZE.width - 12, top: 8, height: SIZE.height - 16 };
  pen.strokeStyle = faded(GREY, 0.6);
  pen.strokeRect(room.left, room.top + room.height, room.width, 0);
  pen.strokeStyle = theme.primary;
  pen.lineWidth = 1.6;
  pen.lineJoin = "round";
  pen.beginPath();
  for (const [k, loss] of y.entries()) {
    if (!Number.isFinite(loss)) continue;
    pen.lineTo(room.left + (room.width * x[k]) / last, room.top + room.height * (1 - loss / highest));
  }
  pen.stroke();
}

/** An image, and a column of maps for each of some layers. */
function network(pen, { image, layers }) {
  const arrays = layers.map(unpack);
  const most = Math.max(...arrays.map(({ shape }) => shape[0]));
  const side = Math.min((SIZE.height - 4) / most - 3, 28);
  const large = 44;
  const apart = (SIZE.width - large - arrays.length * side - 4) / arrays.length;
  const top = (count) => (SIZE.height - count * (side + 3) + 3) / 2;
  pen.strokeStyle = faded(GREY, 0.45);
  pen.lineWidth = 0.6;
  const placeOf = (column, row, count) => ({
    x: 2 + large + apart + column * (side + apart),
    y: top(count) + row * (side + 3),
  });
  const first = unpack(image);
  for (const row of range(arrays[0].shape[0])) {
    edge(pen, 2 + large, SIZE.height / 2, placeOf(0, row, arrays[0].shape[0]), side);
  }
  map(pen, { x: 2, y: (SIZE.height - large) / 2, side: large }, first.values, first.shape, true);
  for (const [column, { shape, values }] of arrays.entries()) {
    const [count, rows, columns] = shape;
    const largest = largestOf(values);
    for (const row of range(count)) {
      const place = placeOf(column, row, count);
      const own = values.subarray(row * rows * columns, (row + 1) * rows * columns);
      map(pen, { ...place, side }, own, [rows, columns], false, largest);
    }
  }
}

function edge(pen, x, y, to, side) {
  const end = to.y + side / 2;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.bezierCurveTo((x + to.x) / 2, y, (x + to.x) / 2, end, to.x, end);
  pen.stroke();
}

function map(pen, { x, y, side }, values, [rows, columns], image, largest = 1) {
  const small = element("canvas");
  paint(small, { rows, columns, value: (k) => values[k], largest, image });
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, x, y, side, side);
  pen.strokeStyle = faded(GREY, 0.45);
  pen.lineWidth = 0.6;
  pen.strokeRect(x, y, side, side);
}

/** Points in the colours of their classes. */
function points(pen, { positions, colours }) {
  const { values, shape } = unpack(positions);
  const along = (axis) => range(shape[0]).map((k) => values[2 * k + axis]);
  const [xs, ys] = [along(0), along(1)];
  const [low, high] = [
    [Math.min(...xs), Math.min(...ys)],
    [Math.max(...xs), Math.max(...ys)],
  ];
  const scale = Math.min((SIZE.width - 12) / (high[0] - low[0] || 1), (SIZE.height - 12) / (high[1] - low[1] || 1));
  const place = (value, axis, size) => size / 2 + (value - (low[axis] + high[axis]) / 2) * scale;
  for (const [k, x] of xs.entries()) {
    pen.fillStyle = colours[k];
    pen.beginPath();
    pen.arc(place(x, 0, SIZE.width), SIZE.height - place(ys[k], 1, SIZE.height), 2, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** Images with a few words below each. */
function tiles(pen, { images, words }, theme) {
  const { values, shape } = unpack(images);
  const [count, rows, columns] = shape;
  const across = Math.min(count, 3);
  const side = 44;
  const [wide, high] = [SIZE.width / across, SIZE.height / Math.ceil(count / across)];
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `11px ${theme.font}`;
  for (const k of range(count)) {
    const [x, y] = [(k % across) * wide, Math.floor(k / across) * high];
    const own = values.subarray(k * rows * columns, (k + 1) * rows * columns);
    map(pen, { x: x + (wide - side) / 2, y: y + 2, side }, own, [rows, columns], true);
    pen.fillStyle = theme.text;
    pen.fillText(words[k], x + wide / 2, y + side + 10);
  }
}
