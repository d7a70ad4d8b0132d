// A convolution that answers to the pointer. All numbers come from Python in `data`:
//   image [channel][row][column], kernel (as it lies on the image), output [row][column], bias, and for rows and
//   columns: taps (positions of the padded input that each output cell reads), sources (the input row or column at a
//   position, -1 in the padding), unused (positions that no window reaches).
// `state` is what the learner points at. Nothing here computes a shape.

const SVG = "http://www.w3.org/2000/svg";
const LARGEST_CELL = 52; // px
const TALLEST_PANEL = 350; // px
const NARROW = 620; // px: below, the panels stand under each other

export default function ({ data, parentElement }) {
  const view = (parentElement.convolutionView ??= create(parentElement.querySelector(".view")));
  view.data = data;
  view.state.row = Math.min(view.state.row, data.output.length - 1);
  view.state.column = Math.min(view.state.column, data.output[0].length - 1);
  view.state.pointed = null;
  build(view);
  return () => pause(view);
}

function create(root) {
  const view = { root, data: null, panels: [], timer: null };
  view.state = { row: 0, column: 0, pinned: false, filling: false, pointed: null };
  listen(view);
  new ResizeObserver(() => {
    if (view.data && view.width !== root.clientWidth) build(view);
  }).observe(root);
  return view;
}

// ---------------------------------------------------------------- numbers

/** Every product of the output cell, in the order in which it is written. */
function termsOf({ image, kernel, rows, columns }, row, column) {
  return kernel.flatMap((slice, channel) =>
    slice.flatMap((weights, i) =>
      weights.map((weight, j) => {
        const at = { row: rows.taps[row][i], column: columns.taps[column][j] };
        const value = valueAt({ image, rows, columns }, channel, at.row, at.column);
        return { channel, i, j, ...at, weight, value: value ?? 0, padding: value === null };
      }),
    ),
  );
}

/** The number at a position of the padded input; null in the padding. */
function valueAt({ image, rows, columns }, channel, row, column) {
  const [r, c] = [rows.sources[row], columns.sources[column]];
  return r < 0 || c < 0 ? null : image[channel][r][c];
}

/** Output cells whose window holds a position: [row, column] pairs. */
function fedBy({ rows, columns }, row, column) {
  const readers = (taps, position) => taps.flatMap((tap, k) => (tap.includes(position) ? [k] : []));
  return product(readers(rows.taps, row), readers(columns.taps, column));
}

/** Positions that one weight multiplies: [row, column] pairs. */
function multipliedBy({ rows, columns }, i, j) {
  return product(rows.taps.map((tap) => tap[i]), columns.taps.map((tap) => tap[j]));
}

const product = (rows, columns) => rows.flatMap((row) => columns.map((column) => [row, column]));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const count = ({ output }) => output.length * output[0].length;

/** At most three decimals, and a true minus sign. */
function written(number) {
  const rounded = Math.abs(number) >= 1000 ? Math.round(number) : Number(number.toFixed(3));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

const isRounded = (number) => Math.abs(number - Number(written(number).replace("−", "-"))) > 1e-9;

// ---------------------------------------------------------------- drawing

/** All panels anew: after new data or a new width. */
function build(view) {
  const { root, data } = view;
  const kinds = layout(view);
  view.panels = [];
  const channels = data.image.map((_, channel) => {
    const strip = element("div", "channel");
    strip.append(
      panel(view, inputPanel(data, channel), kinds.input),
      element("div", "glyph", "∗"),
      panel(view, kernelPanel(data, channel), kinds.kernel),
    );
    return strip;
  });
  root.querySelector(".channels").replaceChildren(...channels.flatMap((strip, k) => (k ? [element("div", "glyph plus", "+"), strip] : [strip])));
  root.querySelector(".result").replaceChildren(panel(view, outputPanel(data), kinds.output));
  root.querySelector(".position").max = count(data) - 1;
  mark(view);
}

/** Side of a cell of each kind of panel, in px: as large as the room allows, the output on the scale of the input. */
function layout(view) {
  const { data, root } = view;
  const width = (view.width = root.clientWidth || 800);
  const narrow = width < NARROW;
  root.classList.toggle("narrow", narrow);
  const height = TALLEST_PANEL / (narrow ? 1 : Math.min(data.image.length, 2));
  const fit = (rows, columns, share) => Math.min(LARGEST_CELL, (width * share) / columns, height / rows);
  const size = { rows: data.rows.sources.length, columns: data.columns.sources.length };
  const input = fit(size.rows, size.columns, narrow ? 0.97 : 0.38);
  const own = fit(data.output.length, data.output[0].length, narrow ? 0.97 : 0.32);
  const kernel = Math.max(20, fit(data.kernel[0].length, data.kernel[0][0].length, narrow ? 0.55 : 0.15));
  return { input, kernel, output: Math.min(own, Math.max(input, 30)) };
}

function inputPanel(data, channel) {
  const values = data.rows.sources.map((_, r) => data.columns.sources.map((_, c) => valueAt(data, channel, r, c)));
  const padded = data.rows.sources.includes(-1) || data.columns.sources.includes(-1);
  const name = `${padded ? "Padded input" : "Input"}${data.image.length > 1 ? `, channel ${channel}` : ""}`;
  return { kind: "input", channel, values, name };
}

function kernelPanel(data, channel) {
  const name = `${data.flip ? "Kernel, flipped" : "Kernel"}${data.image.length > 1 ? `, channel ${channel}` : ""}`;
  return { kind: "kernel", channel, values: data.kernel[channel], name };
}

const outputPanel = (data) => ({ kind: "output", channel: 0, values: data.output, name: "Output" });

/** One grid of numbers as a figure, remembered in view.panels. */
function panel(view, content, cell) {
  const { values, kind, name } = content;
  const [rows, columns] = [values.length, values[0].length];
  const known = values.flat().filter((value) => value !== null);
  const largest = Math.max(...known.map(Math.abs)) || 1;
  const svg = shape("svg", { width: columns * cell + 2, height: rows * cell + 2, viewBox: `-1 -1 ${columns * cell + 2} ${rows * cell + 2}` });
  const font = fontFor(known, cell);
  const drawing = { ...content, svg, cell, unused: kind === "input" ? view.data : null };
  values.forEach((line, row) => line.forEach((value, column) => svg.append(...cellShapes(drawing, { row, column, value, largest, font }))));
  drawing.marks = svg.appendChild(shape("g", { class: "marks" }));
  dress(svg, drawing, `${name}, ${plural(rows, "row")} by ${plural(columns, "column")}`);
  view.panels.push(drawing);
  return figure(svg, `${name} ${rows} × ${columns}`, [Math.min(...known), Math.max(...known)]);
}

function dress(svg, { kind, channel }, label) {
  svg.dataset.panel = kind;
  svg.dataset.channel = channel;
  svg.setAttribute("aria-label", kind === "output" ? `${label}. Arrow keys move the cell, space plays, enter pins.` : label);
  svg.setAttribute("role", kind === "output" ? "application" : "img");
  if (kind === "output") svg.setAttribute("tabindex", "0");
}

/** A square, coloured by its number, and the number where it fits. */
function cellShapes({ cell, unused }, { row, column, value, largest, font }) {
  const idle = unused && (unused.rows.unused.includes(row) || unused.columns.unused.includes(column));
  const names = ["cell", value === null ? "padding" : value < 0 ? "negative" : "positive", idle ? "unused" : ""];
  const square = shape("rect", { x: column * cell, y: row * cell, width: cell, height: cell, class: names.join(" ") });
  Object.assign(square.dataset, { row, column, value: value ?? 0 });
  square.style.setProperty("--share", `${((font ? 62 : 100) * Math.abs(value ?? 0)) / largest}%`);
  const shapes = idle ? [square, slash(cell, row, column)] : [square];
  return font ? [...shapes, label(cell, row, column, value, font)] : shapes;
}

const slash = (cell, row, column) =>
  shape("path", { class: "slash", d: `M${column * cell} ${(row + 1) * cell}l${cell} ${-cell}` });

function label(cell, row, column, value, font) {
  const place = { x: (column + 0.5) * cell, y: (row + 0.5) * cell, "font-size": font };
  const text = shape("text", { ...place, class: value === null ? "number padding" : "number" });
  text.textContent = written(value ?? 0);
  return text;
}

/** Size of the digits in px, 0 where the longest number does not fit its cell. */
function fontFor(numbers, cell) {
  const longest = Math.max(...numbers.map((number) => written(number).length));
  const font = Math.min(15, cell * 0.4, (cell - 5) / (0.6 * longest));
  return font >= 8 ? font : 0;
}

function figure(svg, name, [low, high]) {
  const caption = element("figcaption", "", name);
  const legend = element("span", `legend${low < 0 ? " signed" : ""}`);
  const ends = low < 0 ? [-Math.max(-low, high), Math.max(-low, high)] : [0, high];
  legend.append(element("span", "", written(ends[0])), element("i", ""), element("span", "", written(ends[1])));
  const whole = element("figure", svg.dataset.panel);
  whole.append(svg, caption, legend);
  return whole;
}

// ---------------------------------------------------------------- marks and words

/** What the state points at, drawn over the panels and said in words. */
function mark(view) {
  const { data, state, root } = view;
  const terms = termsOf(data, state.row, state.column);
  for (const panel of view.panels) {
    panel.marks.replaceChildren(...marksOf(view, panel, terms));
    if (panel.kind === "output") fill(panel, state.filling ? state.row * data.output[0].length + state.column : Infinity);
  }
  root.classList.toggle("pinned", state.pinned);
  root.querySelector(".position").value = state.row * data.output[0].length + state.column;
  writeArithmetic(view, terms);
  root.querySelector(".note").textContent = note(view);
  root.querySelector(".spoken").textContent = state.pointed ? note(view) : spoken(view, terms);
}

function marksOf({ data, state }, panel, terms) {
  const { pointed } = state;
  if (pointed && pointed.kind === "input") {
    if (panel.kind === "output") return fedBy(data, pointed.row, pointed.column).map(([r, c]) => outline(panel, r, c, "fed"));
    if (panel.kind === "input" && panel.channel === pointed.channel) return [outline(panel, pointed.row, pointed.column, "here")];
    return [];
  }
  if (pointed && pointed.kind === "kernel") {
    if (panel.channel !== pointed.channel || panel.kind === "output") return [];
    if (panel.kind === "kernel") return [outline(panel, pointed.row, pointed.column, "here")];
    return multipliedBy(data, pointed.row, pointed.column).map(([r, c]) => outline(panel, r, c, "fed"));
  }
  if (panel.kind === "output") return [outline(panel, state.row, state.column, "here")];
  return panel.kind === "input" ? window_(panel, terms.filter((term) => term.channel === panel.channel)) : [];
}

/** The kernel lying on the input: an outline for each cell it reads, its weights in the corners where they fit. */
function window_(panel, terms) {
  const { cell } = panel;
  const [first, last] = [terms[0], terms[terms.length - 1]];
  const box = { x: first.column * cell, y: first.row * cell, width: (last.column - first.column + 1) * cell, height: (last.row - first.row + 1) * cell };
  const reads = terms.map(({ row, column }) => outline(panel, row, column, "read"));
  const weights = cell >= 34 ? terms.map((term) => corner(cell, term)) : [];
  return [...reads, shape("rect", { ...box, class: "mark window" }), ...weights];
}

function corner(cell, { row, column, weight }) {
  const text = shape("text", { x: (column + 1) * cell - 3, y: (row + 1) * cell - 4, class: "weight", "font-size": Math.min(10, cell * 0.24) });
  text.textContent = `×${written(weight)}`;
  return text;
}

function outline({ cell }, row, column, name) {
  const mark = shape("rect", { x: column * cell, y: row * cell, width: cell, height: cell, class: `mark ${name}` });
  Object.assign(mark.dataset, { markRow: row, markColumn: column });
  return mark;
}

/** While the kernel moves, cells that it has not reached yet are blank. */
function fill(panel, reached) {
  const columns = panel.values[0].length;
  panel.svg.querySelectorAll(".cell, .number").forEach((shape_) => shape_.classList.remove("future"));
  if (reached === Infinity) return;
  const [squares, numbers] = [panel.svg.querySelectorAll(".cell"), panel.svg.querySelectorAll(".number")];
  for (let k = reached + 1; k < panel.values.length * columns; k++) {
    squares[k].classList.add("future");
    numbers[k]?.classList.add("future");
  }
}

/** The products in the shape of the kernel, the sum of each channel, the bias, the result. */
function writeArithmetic({ data, state, root }, terms) {
  const target = root.querySelector(".arithmetic");
  const result = data.output[state.row][state.column];
  Object.assign(target.dataset, { row: state.row, column: state.column, bias: data.bias, output: result });
  const heading = element("div", "where", `Output row ${state.row}, column ${state.column}${state.pinned ? ", pinned" : ""}`);
  const sums = data.kernel.map((_, channel) => sum(terms.filter((t) => t.channel === channel).map((t) => t.value * t.weight)));
  const blocks = data.kernel.map((_, channel) => block(terms.filter((t) => t.channel === channel), sums));
  target.replaceChildren(heading, ...blocks, element("div", "total", total(sums, data.bias, result)));
  if (terms.some((term) => term.padding)) target.append(element("div", "hint", "dotted: a zero of the padding"));
}

function block(terms, sums) {
  const grid = element("div", "products");
  grid.style.setProperty("--columns", terms[terms.length - 1].j + 1);
  grid.append(...terms.map((term, k) => termElement(term, k === 0)));
  if (sums.length === 1) return grid;
  const { channel } = terms[0];
  const whole = element("div", "channel-sum");
  whole.append(element("span", "", `channel ${channel}`), grid, element("span", "", `${equals([sums[channel]])} ${written(sums[channel])}`));
  return whole;
}

function termElement(term, first) {
  const { channel, row, column, value, weight, padding } = term;
  const node = element("span", padding ? "term padding" : "term");
  const factor = element("b", "", bracketed(weight));
  node.append(first ? "" : "+ ", element("span", "value", written(value)), "×", factor);
  if (padding) node.title = "padding";
  Object.assign(node.dataset, { channel, row, column, value, weight, padding });
  return node;
}

const bracketed = (number) => (number < 0 ? `(${written(number)})` : written(number));
const equals = (numbers) => (numbers.some(isRounded) ? "≈" : "=");

function total(sums, bias, result) {
  const parts = sums.length > 1 ? sums.map(bracketed).join(" + ") : `sum ${written(sums[0])}`;
  return `${parts} + bias ${bracketed(bias)} ${equals([...sums, bias, result])} ${written(result)}`;
}

function note({ data, state: { pointed } }) {
  if (!pointed) return "";
  const { kind, row, column } = pointed;
  if (kind === "kernel") return `Weight row ${row}, column ${column} multiplies ${plural(count(data), "cell")} of the input: it is shared.`;
  const [r, c] = [data.rows.sources[row], data.columns.sources[column]];
  const cell = r < 0 || c < 0 ? "This padding cell" : `Input row ${r}, column ${c}`;
  return `${cell} feeds ${plural(fedBy(data, row, column).length, "output cell")}.`;
}

function spoken({ data, state }, terms) {
  const name = ({ value, weight, padding }) => `${padding ? "padding " : ""}${written(value)} times ${written(weight)}`;
  const products = terms.map(name).join(", plus ");
  return `Output row ${state.row}, column ${state.column}: ${products}, plus bias ${written(data.bias)}, is ${written(data.output[state.row][state.column])}.`;
}

// ---------------------------------------------------------------- gestures

function listen(view) {
  const { root } = view;
  const stage = root.querySelector(".stage");
  stage.addEventListener("pointermove", (event) => point(view, event.target));
  stage.addEventListener("pointerleave", () => point(view, null));
  stage.addEventListener("click", (event) => pin(view, event.target));
  root.addEventListener("keydown", (event) => press(view, event));
  root.querySelector(".position").addEventListener("input", (event) => moveTo(view, Number(event.target.value), { filling: true }));
  root.querySelector(".player").addEventListener("click", (event) => act(view, event.target.dataset.action));
}

/** The pointer is over a shape, or over nothing. */
function point(view, target) {
  const { state } = view;
  const [row, column] = [Number(target?.dataset?.row), Number(target?.dataset?.column)];
  const owner = target?.closest("svg");
  if (!owner || Number.isNaN(row)) return leave(view);
  const { panel: kind, channel } = owner.dataset;
  if (kind === "output") {
    if (state.pinned || view.timer) return leave(view);
    if (!state.pointed && !state.filling && state.row === row && state.column === column) return undefined;
    Object.assign(state, { row, column, pointed: null, filling: false });
  } else if (state.pointed?.kind === kind && state.pointed.row === row && state.pointed.column === column) return undefined;
  else state.pointed = { kind, channel: Number(channel), row, column };
  return mark(view);
}

function leave(view) {
  if (!view.state.pointed) return;
  view.state.pointed = null;
  mark(view);
}

/** A click on an output cell holds it there; a second one lets it go. */
function pin(view, target) {
  const { state } = view;
  if (target.closest("svg")?.dataset.panel !== "output" || target.dataset.row === undefined) return;
  const [row, column] = [Number(target.dataset.row), Number(target.dataset.column)];
  const again = state.pinned && state.row === row && state.column === column;
  pause(view);
  Object.assign(state, { row, column, pinned: !again, filling: false, pointed: null });
  mark(view);
}

function press(view, event) {
  if (!event.target.closest("svg")) return;
  const { state, data } = view;
  const [rows, columns] = [data.output.length, data.output[0].length];
  const moves = {
    ArrowLeft: [state.row, Math.max(0, state.column - 1)],
    ArrowRight: [state.row, Math.min(columns - 1, state.column + 1)],
    ArrowUp: [Math.max(0, state.row - 1), state.column],
    ArrowDown: [Math.min(rows - 1, state.row + 1), state.column],
    Home: [0, 0],
    End: [rows - 1, columns - 1],
  };
  if (event.key in moves) moveTo(view, moves[event.key][0] * columns + moves[event.key][1], { filling: false });
  else if (event.key === " ") act(view, "play");
  else if (event.key === "Enter" || event.key === "Escape") togglePin(view, event.key === "Enter");
  else return;
  event.preventDefault();
}

function togglePin(view, wanted) {
  view.state.pinned = wanted && !view.state.pinned;
  mark(view);
}

/** The kernel to its n-th stop. */
function moveTo(view, position, { filling }) {
  const columns = view.data.output[0].length;
  const place = Math.max(0, Math.min(count(view.data) - 1, position));
  Object.assign(view.state, { row: Math.floor(place / columns), column: place % columns, filling, pointed: null });
  mark(view);
}

function act(view, action) {
  const position = view.state.row * view.data.output[0].length + view.state.column;
  if (action === "play") return view.timer ? pause(view) : play(view);
  if (action !== "back" && action !== "forward") return undefined;
  pause(view);
  return moveTo(view, position + (action === "back" ? -1 : 1), { filling: true });
}

function play(view) {
  const columns = view.data.output[0].length;
  const position = () => view.state.row * columns + view.state.column;
  view.state.pinned = false;
  moveTo(view, position() === count(view.data) - 1 ? 0 : position(), { filling: true });
  const next = () => {
    moveTo(view, position() + 1, { filling: true });
    if (position() === count(view.data) - 1) return pause(view);
    return (view.timer = setTimeout(next, 1000 / view.root.querySelector(".speed").value));
  };
  view.timer = setTimeout(next, 1000 / view.root.querySelector(".speed").value);
  showPlaying(view, true);
}

function pause(view) {
  clearTimeout(view.timer);
  view.timer = null;
  showPlaying(view, false);
}

function showPlaying({ root }, playing) {
  const button = root.querySelector('[data-action="play"]');
  button.textContent = playing ? "❚❚" : "▶";
  button.setAttribute("aria-label", playing ? "Pause" : "Play");
}

// ---------------------------------------------------------------- nodes

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
