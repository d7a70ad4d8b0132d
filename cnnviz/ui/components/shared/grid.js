// A grid of numbers: colours on a canvas, digits in an SVG above it where they fit, marks above these.
// Zero is the ground, positive numbers are blue and negative ones red, the largest of `scale` has the full colour.

const SVG = "http://www.w3.org/2000/svg";
const POSITIVE = "47, 111, 219";
const NEGATIVE = "210, 73, 58";
const GREY = "128, 132, 140";
const SMALLEST_FONT = 8; // px
const SMALLEST_LINED = 5; // px: smaller cells are drawn without lines

/** An array from Python: {shape, values: base64 of little-endian float64} with at(...index). */
function unpack(packed) {
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed.values), (letter) => letter.charCodeAt(0));
  const values = new Float64Array(bytes.buffer);
  const { shape } = packed;
  const at = (...index) => values[index.reduce((offset, i, axis) => offset * shape[axis] + i, 0)];
  return { shape, values, at };
}

/** At most three decimals, and a true minus sign. */
function written(number) {
  if (!Number.isFinite(number)) return number < 0 ? "−∞" : number > 0 ? "∞" : "?";
  const size = Math.abs(number);
  if (size >= 1e7 || (size > 0 && size < 5e-4)) return number.toExponential(1).replace("-", "−").replace("e+", "e");
  const rounded = size >= 1000 ? Math.round(number) : Number(number.toFixed(3));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function shape(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** The largest magnitude among numbers, infinity left out; 1 when all are zero. */
function largestOf(values) {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return largest || 1;
}

/** Size of the digits in px, 0 where the longest number does not fit its cell. */
function fontFor(values, cell) {
  if (cell < 16) return 0;
  let longest = 1;
  for (const value of values) longest = Math.max(longest, written(value).length);
  const font = Math.min(15, cell * 0.4, (cell - 4) / (0.6 * longest));
  return font >= SMALLEST_FONT ? font : 0;
}

/**
 * A drawn grid.
 *   value(row, column), scale: the magnitude with the full colour; font: px or 0;
 *   dress(row, column): "", "padding", "unused" or "padding unused".
 */
function makeGrid({ rows, columns, cell, value, scale, font, dress = () => "" }) {
  const [width, height] = [columns * cell, rows * cell];
  const box = element("div", "grid");
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  const ratio = window.devicePixelRatio || 1;
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.ceil(width * ratio), height: Math.ceil(height * ratio) });
  const svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  box.append(canvas, svg);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const numbers = [];
  const digits = svg.appendChild(shape("g", { class: "numbers" }));
  if (font) {
    for (let k = 0; k < rows * columns; k++) {
      const [row, column] = [Math.floor(k / columns), k % columns];
      const text = shape("text", { x: (column + 0.5) * cell, y: (row + 0.5) * cell, "font-size": font, class: `number ${dress(row, column)}` });
      text.textContent = written(value(row, column));
      numbers.push(digits.appendChild(text));
    }
  }
  const marks = svg.appendChild(shape("g", { class: "marks" }));
  const grid = { box, svg, rows, columns, cell, reached: -1, numbers };
  const paint = (k) => {
    const [row, column] = [Math.floor(k / columns), k % columns];
    paintCell(pen, { x: column * cell, y: row * cell, cell, share: value(row, column) / scale, dress: dress(row, column), strength: font ? 0.62 : 1 });
  };

  /** Show the cells up to this one, row by row; those after it stay blank. */
  grid.reveal = (last = rows * columns - 1) => {
    if (last < grid.reached) {
      pen.clearRect(0, 0, width, height);
      grid.reached = -1;
    }
    if (grid.reached === -1 && cell >= SMALLEST_LINED) lines(pen, rows, columns, cell);
    for (let k = grid.reached + 1; k <= last; k++) paint(k);
    grid.reached = last;
    numbers.forEach((text, k) => text.classList.toggle("future", k > last));
  };
  grid.mark = (shapes) => marks.replaceChildren(...shapes);
  grid.outline = (row, column, name) => {
    const mark = shape("rect", { x: column * cell, y: row * cell, width: cell, height: cell, class: `mark ${name}` });
    Object.assign(mark.dataset, { row, column });
    return mark;
  };
  /** The cell under the pointer, or null. */
  grid.under = (event) => {
    const place = svg.getBoundingClientRect();
    const row = Math.floor((event.clientY - place.top) / (place.height / rows));
    const column = Math.floor((event.clientX - place.left) / (place.width / columns));
    return row >= 0 && column >= 0 && row < rows && column < columns ? { row, column } : null;
  };
  Object.assign(svg.dataset, { rows, columns, cell });
  return grid;
}

function lines(pen, rows, columns, cell) {
  pen.strokeStyle = `rgba(${GREY}, 0.3)`;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let row = 0; row <= rows; row++) pen.moveTo(0, row * cell), pen.lineTo(columns * cell, row * cell);
  for (let column = 0; column <= columns; column++) pen.moveTo(column * cell, 0), pen.lineTo(column * cell, rows * cell);
  pen.stroke();
}

function paintCell(pen, { x, y, cell, share, dress, strength }) {
  const inset = cell >= SMALLEST_LINED ? 0.5 : 0;
  const side = cell - 2 * inset;
  const [padding, unused] = [dress.includes("padding"), dress.includes("unused")];
  if (padding) {
    pen.fillStyle = `rgba(${GREY}, 0.16)`;
    pen.fillRect(x + inset, y + inset, side, side);
  }
  if (share && Number.isFinite(share)) {
    pen.fillStyle = `rgba(${share > 0 ? POSITIVE : NEGATIVE}, ${Math.min(1, Math.abs(share)) * strength * (padding || unused ? 0.45 : 1)})`;
    pen.fillRect(x + inset, y + inset, side, side);
  }
  if (unused) {
    pen.strokeStyle = `rgba(${GREY}, 0.9)`;
    pen.beginPath();
    pen.moveTo(x, y + cell);
    pen.lineTo(x + cell, y);
    pen.stroke();
  }
}

/** What the colours mean: both ends of the scale. */
function legend(scale, signed) {
  const node = element("span", `legend${signed ? " signed" : ""}`);
  node.append(element("span", "", written(signed ? -scale : 0)), element("i", ""), element("span", "", written(scale)));
  return node;
}
