// A grid of numbers: colours on a canvas, digits in an SVG above it where they fit, marks above these.

import { largestOf } from "./arrays.js";
import { faded, GREY, grey, INK, NEGATIVE, POSITIVE, signed, ZERO } from "./colours.js";
import { element, shape } from "./dom.js";
import { clamp, withoutNoise, written } from "./numbers.js";

const SMALLEST_FONT = 8; // px
const SMALLEST_LINED = 5; // px: smaller cells are drawn without lines
const BELOW_DIGITS = 0.62; // strength of the colours, so that the digits stay readable
const GREY_BELOW_DIGITS = 0.45; // the same for the pixels of an image
const PALE = 0.45; // strength of cells of the padding and of those that nobody reads
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/**
 * @typedef {{ row: number, column: number }} Cell
 * @typedef {object} Content
 * @property {number} rows
 * @property {number} columns
 * @property {number} cell side of a cell, px
 * @property {(row: number, column: number) => number} value
 * @property {number} scale magnitude with the full colour
 * @property {number} font size of the digits, px; 0 for none
 * @property {(row: number, column: number) => "" | "padding" | "unused" | "padding unused"} [dress]
 * @property {(value: number) => string} [text] of a number
 * @property {boolean} [grey] whether the numbers are pixels of an image
 */

/** A drawn grid: put `box` into the page, listen to `svg`. */
export class Grid {
  /** @param {Content} content */
  constructor(content) {
    const { rows, columns, cell, dress = () => "", text = written } = content;
    Object.assign(this, { ...content, dress, text, reached: -1 });
    this.width = columns * cell;
    this.height = rows * cell;
    const size = { width: this.width, height: this.height };
    const viewBox = `0 0 ${this.width} ${this.height}`;
    this.svg = shape("svg", { ...size, viewBox, "data-rows": rows, "data-columns": columns, "data-cell": cell });
    this.numbers = this.font ? this.#everyCell((row, column) => this.#digits(row, column)) : [];
    this.marks = shape("g", { class: "marks" });
    this.svg.append(shape("g", { class: "numbers" }, ...this.numbers), this.marks);
    const kind = this.grey ? "grid image" : "grid";
    this.box = element("div", { class: kind, style: `width: ${this.width}px; height: ${this.height}px` });
    this.box.append(this.#canvas(), this.svg);
  }

  /**
   * Show the cells up to this one, row by row; those after it stay blank.
   * @param {number} [last]
   */
  reveal(last = this.rows * this.columns - 1) {
    if (last < this.reached) {
      this.pen.clearRect(0, 0, this.width, this.height);
      this.reached = -1;
    }
    if (this.reached === -1 && this.cell >= SMALLEST_LINED) this.#drawLines();
    for (let k = this.reached + 1; k <= last; k++) this.#paint(Math.floor(k / this.columns), k % this.columns);
    this.reached = last;
    for (const [k, text] of this.numbers.entries()) text.classList.toggle("future", k > last);
  }

  /** @param {SVGElement[]} shapes drawn above the digits, in place of those before */
  mark(shapes) {
    this.marks.replaceChildren(...shapes);
  }

  /**
   * An outline of a cell, for `mark`.
   * @param {number} row
   * @param {number} column
   * @param {string} name class of the outline
   */
  outline(row, column, name) {
    const { cell } = this;
    const place = { x: column * cell, y: row * cell, width: cell, height: cell };
    return shape("rect", { ...place, class: `mark ${name}`, "data-row": row, "data-column": column });
  }

  /**
   * The cell under the pointer, or null.
   * @param {PointerEvent} event
   * @returns {Cell | null}
   */
  under(event) {
    const place = this.svg.getBoundingClientRect();
    const row = Math.floor((event.clientY - place.top) / (place.height / this.rows));
    const column = Math.floor((event.clientX - place.left) / (place.width / this.columns));
    return row >= 0 && column >= 0 && row < this.rows && column < this.columns ? { row, column } : null;
  }

  /**
   * Where an arrow key leads from a cell, or null for another key.
   * @param {string} key
   * @param {Cell} from
   * @returns {Cell | null}
   */
  beside(key, { row, column }) {
    if (!Object.hasOwn(ARROWS, key)) return null;
    const [down, right] = ARROWS[key];
    return { row: clamp(row + down, this.rows - 1), column: clamp(column + right, this.columns - 1) };
  }

  #everyCell(make) {
    return Array.from({ length: this.rows * this.columns }, (_, k) =>
      make(Math.floor(k / this.columns), k % this.columns),
    );
  }

  #digits(row, column) {
    const place = { x: (column + 0.5) * this.cell, y: (row + 0.5) * this.cell, "font-size": this.font };
    return shape("text", { ...place, class: `number ${this.dress(row, column)}` }, this.#text(row, column));
  }

  #text(row, column) {
    return this.text(withoutNoise(this.value(row, column), this.scale));
  }

  #canvas() {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.ceil(this.width * ratio), Math.ceil(this.height * ratio)];
    const canvas = element("canvas", { width, height });
    this.pen = canvas.getContext("2d");
    this.pen.scale(ratio, ratio);
    return canvas;
  }

  #drawLines() {
    const { pen, rows, columns, cell } = this;
    pen.strokeStyle = faded(GREY, 0.3);
    pen.lineWidth = 1;
    pen.beginPath();
    for (let row = 0; row <= rows; row++) {
      pen.moveTo(0, row * cell);
      pen.lineTo(columns * cell, row * cell);
    }
    for (let column = 0; column <= columns; column++) {
      pen.moveTo(column * cell, 0);
      pen.lineTo(column * cell, rows * cell);
    }
    pen.stroke();
  }

  #paint(row, column) {
    const { pen, cell } = this;
    const dress = this.dress(row, column);
    const share = this.value(row, column) / this.scale;
    const inset = cell >= SMALLEST_LINED ? 0.5 : 0;
    const fill = (colour) => {
      pen.fillStyle = colour;
      pen.fillRect(column * cell + inset, row * cell + inset, cell - 2 * inset, cell - 2 * inset);
    };
    if (this.grey) fill(ZERO);
    if (dress.includes("padding")) fill(faded(GREY, 0.16));
    if (share && Number.isFinite(share)) fill(this.#colour(share, dress ? PALE : 1));
    if (dress.includes("unused")) this.#crossOut(row, column);
  }

  #colour(share, strength) {
    return this.grey
      ? grey(share, strength * (this.font ? GREY_BELOW_DIGITS : 1))
      : signed(share, strength * (this.font ? BELOW_DIGITS : 1));
  }

  #crossOut(row, column) {
    const { pen, cell } = this;
    pen.strokeStyle = faded(GREY, 0.9);
    pen.beginPath();
    pen.moveTo(column * cell, (row + 1) * cell);
    pen.lineTo((column + 1) * cell, row * cell);
    pen.stroke();
  }
}

/**
 * Size of the digits in px, 0 where the longest number does not fit its cell.
 * @param {Iterable<number>} values
 * @param {number} cell side of a cell, px
 * @param {(value: number) => string} [text] of a number
 * @returns {number}
 */
export function fontFor(values, cell, text = written) {
  if (cell < 16) return 0;
  const largest = largestOf(values);
  let longest = 1;
  for (const value of values) longest = Math.max(longest, text(withoutNoise(value, largest)).length);
  const font = Math.min(Math.max(15, cell * 0.3), cell * 0.4, (cell - 4) / (0.6 * longest));
  return font >= SMALLEST_FONT ? font : 0;
}

/**
 * What the colours mean: both ends of the scale.
 * @param {number} scale magnitude with the full colour
 * @param {{ hasNegative: boolean, grey?: boolean }} options whether there are negative numbers, and whether it is an image
 * @returns {HTMLElement}
 */
export function legend(scale, { hasNegative, grey: isImage }) {
  const signedStops = hasNegative ? [NEGATIVE, "transparent", POSITIVE] : ["transparent", POSITIVE];
  const stops = isImage ? [ZERO, INK] : signedStops;
  const bar = element("i", { style: `background: linear-gradient(90deg, ${stops.join(", ")})` });
  const ends = [hasNegative ? -scale : 0, scale].map((end) => element("span", {}, written(end)));
  return element("span", { class: "legend" }, ends[0], bar, ends[1]);
}
