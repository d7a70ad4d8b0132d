// A convolution that answers to the pointer. All numbers come from Python in `data`, see drawing() there; of rows and
// columns it has taps (the position that each output cell reads for each kernel cell, -1 for none), sources (the row of
// the input at a position, -1 in a padding of zeros), frame (whether a position is padding) and unused.
// `state` is what the learner points at. Nothing here computes a shape or an output.

const LARGEST_CELL = 52; // px
const TALLEST = 360; // px, of all panels above each other
const NARROW = 620; // px: below, the panels stand under each other
const GAPS = 150; // px, for the signs between the panels
const PATIENCE = 3000; // ms: what Python has not answered by then it will not

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const view = (parentElement.convolutionView ??= create(parentElement.querySelector(".view"), data.pinned));
  Object.assign(view, { setStateValue, setTriggerValue, data: { ...data } });
  for (const name of ["padded", "weights", "channelSums", "sums", "output", "divisor", "uses"]) view.data[name] = unpack(data[name]);
  view.answered = view.data;
  foresee(view);
  show(view);
  view.root.dataset.answers = Number(view.root.dataset.answers ?? 0) + 1;
  return () => pause(view);
}

/** Put what the sliders say over Python's last answer, as far as it has not heard of it yet. */
function foresee(view) {
  const { settings } = view.answered;
  const open = Object.entries(view.asked).filter(([name, { value, time }]) => String(settings[name]) !== String(value) && Date.now() - time < PATIENCE);
  view.asked = Object.fromEntries(open);
  const changes = Object.fromEntries(open.map(([name, { value }]) => [name, value]));
  view.data = (open.length && preview(view.answered, changes)) || view.answered;
}

/** A slider has moved: show what Python will answer. */
function ask(view, changes) {
  if (!view.answered) return;
  for (const [name, value] of Object.entries(changes)) view.asked[name] = { value, time: Date.now() };
  foresee(view);
  show(view);
}

/** Draw what is in view.data, with the state as far as it still means something. */
function show(view) {
  const [channels, rows, columns] = view.data.sums.shape;
  const { state } = view;
  state.channel = Math.min(state.channel, channels - 1);
  state.row = Math.min(state.row, rows - 1);
  state.column = Math.min(state.column, columns - 1);
  state.pointed = null;
  build(view);
}

function create(root, pinned) {
  const view = { root, data: null, answered: null, asked: {}, panels: [], timer: null };
  const [channel, row, column] = pinned ?? [0, 0, 0];
  view.state = { channel, row, column, pinned: Boolean(pinned), filling: false, pointed: null, counting: false };
  listen(view);
  watchSliders(root, (changes) => ask(view, changes));
  new ResizeObserver(() => {
    if (view.data && view.width !== root.clientWidth) build(view);
  }).observe(root);
  return view;
}

const stops = ({ sums }) => sums.shape[1] * sums.shape[2];
const position = ({ state, data }) => state.row * data.sums.shape[2] + state.column;

// ---------------------------------------------------------------- drawing

/** All panels anew: after new data, a new width, or another output channel. */
function build(view) {
  const { root, data, state } = view;
  const sizes = layout(view);
  view.panels = [];
  const strips = [...Array(data.padded.shape[0]).keys()].map((channel) => strip(view, channel, sizes));
  root.querySelector(".channels").replaceChildren(...strips);
  root.querySelector(".equals").replaceChildren(...glyphOfResult(view));
  const results = data.bias.map((_, channel) => panel(view, outputPanel(data, channel), sizes.output));
  results[state.channel].classList.add("current");
  root.querySelector(".result").replaceChildren(...results);
  root.querySelector(".result").classList.toggle("several", results.length > 1);
  root.querySelector(".position").max = stops(data) - 1;
  addLegends(view);
  mark(view);
}

/** One input channel: its map, its slice of the kernel, and their sum of products where there are several. */
function strip(view, channel, sizes) {
  const { data, state } = view;
  const slice = data.reads[state.channel].indexOf(channel);
  const whole = element("div", `channel${slice < 0 ? " idle" : ""}`);
  whole.append(panel(view, inputPanel(view, channel), sizes.input));
  if (slice < 0 || !data.weights) return whole;
  whole.append(element("div", "glyph", data.operation === "transposed" ? "∗ᵀ" : "∗"), panel(view, kernelPanel(data, state.channel, slice, channel), sizes.kernel));
  if (data.channelSums) whole.append(element("div", "glyph", "="), panel(view, sumPanel(data, state.channel, slice, channel), sizes.sum));
  return whole;
}

function glyphOfResult({ data, state }) {
  if (data.operation === "max_pool") return ["max →"];
  if (data.operation === "average_pool") return ["mean →"];
  const bias = data.bias[state.channel];
  const words = [...(data.channelSums ? ["Σ"] : []), ...(bias ? [`${bias < 0 ? "−" : "+"} ${written(Math.abs(bias))}`] : []), ...(data.relu ? ["ReLU"] : [])];
  return [element("small", "", words.join(" ")), " ="];
}

/** Side of a cell of each kind of panel, in px: as large as the room allows, the output on the scale of the input. */
function layout(view) {
  const { data, root } = view;
  const width = (view.width = root.clientWidth || 800);
  const narrow = width < NARROW;
  root.classList.toggle("narrow", narrow);
  const room = narrow ? width : width - GAPS;
  const [channels, rows, columns] = data.padded.shape;
  const [results, outRows, outColumns] = data.sums.shape;
  const perRow = results > 2 ? 2 : 1;
  const fit = (r, c, share, tall) => Math.min(LARGEST_CELL, (room * share) / c, tall / r);
  const tall = narrow ? TALLEST : TALLEST / Math.min(channels, 3);
  const sums = Boolean(data.channelSums);
  const input = fit(rows, columns, narrow ? 0.97 : sums ? 0.3 : 0.42, tall);
  const result = fit(outRows, outColumns, (narrow ? 0.95 : sums ? 0.32 : 0.4) / perRow, TALLEST / Math.ceil(results / perRow));
  const kernel = data.weights ? Math.max(channels > 2 ? 14 : 18, fit(...data.settings.window, narrow ? 0.55 : 0.16, Math.min(tall, 200))) : 0;
  return { input, kernel, sum: fit(outRows, outColumns, narrow ? 0.97 : 0.2, tall), output: Math.min(result, Math.max(input, 30)) };
}

const several = (list) => list.length > 1;

function inputPanel({ data, state }, channel) {
  const { rows, columns } = data;
  const padded = rows.frame.includes(true) || columns.frame.includes(true);
  const name = `${padded ? "Padded input" : "Input"}${data.padded.shape[0] > 1 ? `, channel ${channel}` : ""}`;
  const value = state.counting ? (r, c) => data.uses.at(r, c) : (r, c) => data.padded.at(channel, r, c);
  const dress = (r, c) => [rows.frame[r] || columns.frame[c] ? "padding" : "", rows.unused.includes(r) || columns.unused.includes(c) ? "unused" : ""].join(" ").trim();
  const size = data.padded.shape.slice(1);
  return { kind: "input", channel, size, value, dress, name: state.counting ? "How often each cell is used" : name, all: state.counting ? data.uses.values : data.padded.values };
}

function kernelPanel(data, output, slice, channel) {
  const parts = [data.flip ? "Kernel, flipped" : "Kernel", ...(several(data.bias) ? [`output ${output}`] : []), ...(several(data.reads[output]) ? [`slice ${slice}`] : [])];
  return { kind: "kernel", channel, slice, size: data.settings.window, value: (r, c) => data.weights.at(output, slice, r, c), name: parts.join(", "), all: data.weights.values };
}

function sumPanel(data, output, slice, channel) {
  return { kind: "sum", channel, size: data.sums.shape.slice(1), value: (r, c) => data.channelSums.at(output, slice, r, c), name: `Sum of channel ${channel}`, all: data.channelSums.values };
}

function outputPanel(data, channel) {
  const array = data.output ?? data.sums;
  return { kind: "output", channel, size: data.sums.shape.slice(1), value: (r, c) => array.at(channel, r, c), name: `Output${several(data.bias) ? ` ${channel}` : ""}`, all: array.values };
}

/** One grid of numbers as a figure, remembered in view.panels. */
function panel(view, content, cell) {
  const [rows, columns] = content.size;
  const scale = largestOf(content.all);
  const grid = makeGrid({ rows, columns, cell, value: content.value, dress: content.dress, scale, font: fontFor(content.all, cell) });
  const figure = element("figure", content.kind);
  figure.append(grid.box, element("figcaption", "", `${content.name} ${rows} × ${columns}`));
  dress(grid.svg, content, figure.textContent);
  grid.reveal();
  view.panels.push({ ...content, grid, figure, scale });
  return figure;
}

function dress(svg, { kind, channel, slice }, name) {
  const asked = { output: ". Arrow keys move the cell, space plays, enter pins.", kernel: ". Arrow keys move, enter changes a weight." }[kind];
  svg.dataset.panel = kind;
  svg.dataset.channel = channel;
  if (slice !== undefined) svg.dataset.slice = slice;
  svg.setAttribute("aria-label", name + (asked ?? ""));
  svg.setAttribute("role", asked ? "application" : "img");
  if (asked) svg.setAttribute("tabindex", "0");
}

/** One legend for all panels of a kind, under the last of them. */
function addLegends(view) {
  for (const kind of ["input", "kernel", "sum", "output"]) {
    const last = view.panels.filter((panel) => panel.kind === kind).pop();
    if (last) last.figure.append(legend(last.scale, last.all.some((value) => Number.isFinite(value) && value < 0)));
  }
}

// ---------------------------------------------------------------- marks

/** What the state points at, drawn over the panels and said in words. */
function mark(view) {
  const { data, state, root } = view;
  const cell = cellOf(data, state);
  const reached = state.filling ? position(view) : stops(data) - 1;
  for (const panel of view.panels) {
    panel.grid.mark(marksOf(view, panel, cell.terms));
    if (panel.kind === "output" || panel.kind === "sum") panel.grid.reveal(reached);
  }
  root.classList.toggle("pinned", state.pinned);
  root.querySelector(".position").value = position(view);
  writeArithmetic(view, cell);
  root.querySelector(".note").textContent = note(view);
  if (!view.timer) root.querySelector(".spoken").textContent = state.pointed ? note(view) : spoken(view, cell);
  root.dataset.draws = Number(root.dataset.draws ?? 0) + 1;
}

function marksOf({ data, state }, panel, terms) {
  const { pointed } = state;
  const { kind, channel, grid } = panel;
  const at = (places, name) => places.map(([row, column]) => grid.outline(row, column, name));
  if (pointed?.kind === "input") {
    if (kind === "output" && data.reads[channel].includes(pointed.channel)) return at(fedBy(data, pointed.row, pointed.column), "fed");
    return kind === "input" && channel === pointed.channel ? at([[pointed.row, pointed.column]], "here") : [];
  }
  if (pointed?.kind === "kernel") {
    if (kind === "output" || kind === "sum" || channel !== pointed.channel) return [];
    return kind === "kernel" ? at([[pointed.row, pointed.column]], "here") : at(multipliedBy(data, pointed.row, pointed.column), "fed");
  }
  if (kind === "output" || kind === "sum") return kind === "sum" || channel === state.channel ? at([[state.row, state.column]], "here") : [];
  return kind === "input" ? laidOn(grid, terms.filter((term) => term.channel === channel), data.weights) : [];
}

/** The kernel lying on the input: an outline for each cell it reads, its weights in the corners where they fit. */
function laidOn(grid, terms, weights) {
  if (!terms.length) return [];
  const { cell } = grid;
  const [rows, columns] = [terms.map((term) => term.row), terms.map((term) => term.column)];
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const box = { x: left * cell, y: top * cell, width: (Math.max(...columns) - left + 1) * cell, height: (Math.max(...rows) - top + 1) * cell };
  const corners = weights && cell >= 34 ? terms.map((term) => corner(cell, term)) : [];
  return [...terms.map(({ row, column }) => grid.outline(row, column, "read")), shape("rect", { ...box, class: "mark window" }), ...corners];
}

function corner(cell, { row, column, weight }) {
  const text = shape("text", { x: (column + 1) * cell - 3, y: (row + 1) * cell - 4, class: "weight", "font-size": Math.min(10, cell * 0.24) });
  text.textContent = `×${written(weight)}`;
  return text;
}

// ---------------------------------------------------------------- gestures

function listen(view) {
  const { root } = view;
  const stage = root.querySelector(".stage");
  stage.addEventListener("pointermove", (event) => point(view, event));
  stage.addEventListener("pointerleave", () => leave(view));
  stage.addEventListener("click", (event) => click(view, event));
  stage.addEventListener("keydown", (event) => press(view, event));
  root.querySelector(".position").addEventListener("input", (event) => moveTo(view, Number(event.target.value), { filling: true }));
  root.querySelector(".player").addEventListener("click", (event) => act(view, event.target.dataset.action));
}

/** The panel and the cell of it under the pointer, or null. */
function under(view, event) {
  const svg = event.target.closest("svg");
  const panel = view.panels.find(({ grid }) => grid.svg === svg);
  const cell = panel?.grid.under(event);
  return cell ? { panel, ...cell } : null;
}

function point(view, event) {
  const { state } = view;
  const found = under(view, event);
  if (!found) return leave(view);
  const { panel: { kind, channel, slice }, row, column } = found;
  if (kind === "output" || kind === "sum") {
    if (state.pinned || view.timer) return leave(view);
    const other = kind === "output" && channel !== state.channel;
    if (!other && !state.pointed && !state.filling && state.row === row && state.column === column) return undefined;
    Object.assign(state, { row, column, pointed: null, filling: false, channel: other ? channel : state.channel });
    return other ? build(view) : mark(view);
  }
  const { pointed } = state;
  if (pointed?.kind === kind && pointed.channel === channel && pointed.row === row && pointed.column === column) return undefined;
  state.pointed = { kind, channel, slice, row, column };
  return mark(view);
}

function leave(view) {
  if (!view.state.pointed) return;
  view.state.pointed = null;
  mark(view);
}

/** A click on an output cell holds it there, a second one lets it go; a click on a weight changes it. */
function click(view, event) {
  const { state } = view;
  const found = under(view, event);
  if (!found) return;
  const { panel, row, column } = found;
  if (panel.kind === "kernel") edit(view, panel, row, column);
  if (panel.kind !== "output") return;
  const again = state.pinned && state.channel === panel.channel && state.row === row && state.column === column;
  pause(view);
  Object.assign(state, { channel: panel.channel, row, column, filling: false, pointed: null });
  hold(view, !again);
  build(view);
}

function hold(view, pinned) {
  const { state } = view;
  state.pinned = pinned;
  view.setStateValue("pinned", pinned ? [state.channel, state.row, state.column] : null);
}

/** A field over a weight; enter or leaving it gives the weight its new number. */
function edit(view, panel, row, column) {
  pause(view);
  const { grid, slice } = panel;
  const field = element("input", "editor");
  Object.assign(field, { type: "text", inputMode: "decimal", value: panel.value(row, column), ariaLabel: `Weight, row ${row}, column ${column}` });
  Object.assign(field.style, { left: `${(column + 0.5) * grid.cell - 34}px`, top: `${row * grid.cell}px`, width: "68px", height: `${Math.max(26, grid.cell)}px` });
  const done = (kept) => {
    const number = Number(field.value.replace(",", ".").replace("−", "-"));
    field.onblur = null;
    field.remove();
    if (kept && field.value.trim() && Number.isFinite(number) && number !== panel.value(row, column)) {
      view.setTriggerValue("edited", [view.state.channel, slice, row, column, number]);
    } else grid.svg.focus();
  };
  field.onblur = () => done(true);
  field.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") done(event.key === "Enter");
  };
  grid.box.append(field);
  field.select();
}

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const clamp = (number, most) => Math.max(0, Math.min(most, number));

function press(view, event) {
  const panel = view.panels.find(({ grid }) => grid.svg === event.target);
  const handled = panel && (panel.kind === "kernel" ? pressOnKernel(view, panel, event.key) : pressOnOutput(view, event.key));
  if (handled) event.preventDefault();
}

function pressOnOutput(view, key) {
  const { state, data } = view;
  const [, rows, columns] = data.sums.shape;
  if (key in MOVES) {
    const [down, right] = MOVES[key];
    moveTo(view, clamp(state.row + down, rows - 1) * columns + clamp(state.column + right, columns - 1), { filling: false });
  } else if (key === "Home" || key === "End") moveTo(view, key === "Home" ? 0 : stops(data) - 1, { filling: false });
  else if (key === " ") act(view, "play");
  else if (key === "Enter" || key === "Escape") hold(view, key === "Enter" && !state.pinned), mark(view);
  else return false;
  return true;
}

function pressOnKernel(view, panel, key) {
  const { state } = view;
  const here = state.pointed?.kind === "kernel" && state.pointed.slice === panel.slice ? state.pointed : { row: 0, column: 0 };
  if (key === "Enter") return edit(view, panel, here.row, here.column) ?? true;
  if (key === "Escape") return leave(view) ?? true;
  if (!(key in MOVES)) return false;
  const [down, right] = state.pointed ? MOVES[key] : [0, 0];
  const [row, column] = [clamp(here.row + down, panel.grid.rows - 1), clamp(here.column + right, panel.grid.columns - 1)];
  state.pointed = { kind: "kernel", channel: panel.channel, slice: panel.slice, row, column };
  mark(view);
  return true;
}

/** The kernel to its n-th stop. */
function moveTo(view, place, { filling }) {
  const columns = view.data.sums.shape[2];
  const stop = clamp(place, stops(view.data) - 1);
  Object.assign(view.state, { row: Math.floor(stop / columns), column: stop % columns, filling, pointed: null });
  mark(view);
}

function act(view, action) {
  if (action === "play") return view.timer ? pause(view) : play(view);
  if (action === "uses") return count(view);
  if (action !== "back" && action !== "forward") return undefined;
  pause(view);
  return moveTo(view, position(view) + (action === "back" ? -1 : 1), { filling: true });
}

/** The input shows how often each of its cells is used, or its numbers again. */
function count(view) {
  view.state.counting = !view.state.counting;
  view.root.querySelector('[data-action="uses"]').setAttribute("aria-pressed", view.state.counting);
  build(view);
}

function play(view) {
  const last = stops(view.data) - 1;
  view.state.pinned = false;
  let [start, done] = [null, 0];
  const tick = (now) => {
    start ??= now;
    const due = Math.floor(((now - start) * view.root.querySelector(".speed").value) / 1000);
    if (due > done) {
      moveTo(view, position(view) + due - done, { filling: true });
      done = due;
    }
    if (position(view) === last) return pause(view);
    return (view.timer = requestAnimationFrame(tick));
  };
  view.timer = requestAnimationFrame(tick);
  moveTo(view, position(view) === last ? 0 : position(view), { filling: true });
  showPlaying(view, true);
}

function pause(view) {
  if (!view.timer) return;
  cancelAnimationFrame(view.timer);
  view.timer = null;
  showPlaying(view, false);
  mark(view);
}

function showPlaying({ root }, playing) {
  const button = root.querySelector('[data-action="play"]');
  button.textContent = playing ? "❚❚" : "▶";
  button.setAttribute("aria-label", playing ? "Pause" : "Play");
}
