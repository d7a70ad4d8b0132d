// The descent of a kernel, frame by frame. All numbers come from Python: weights [frame][slice][row][column], outputs
// [frame][row][column], losses, gradients and checks per weight, and `seen`, what each weight is multiplied with at
// each output cell. The gradient of one weight is written out with them.

const TALLEST = 200; // px
const LARGEST_CELL = 44; // px
const CURVE = { width: 260, height: 130, left: 46 }; // px
const SPEED = 8; // frames per second
const MOST_TERMS = 4;

export default function ({ data, parentElement }) {
  const view = (parentElement.learningView ??= create(parentElement.querySelector(".view")));
  view.data = { ...data };
  for (const name of ["weights", "outputs", "gradients", "checks", "wanted", "wantedWeights", "seen"]) view.data[name] = unpack(data[name]);
  view.frame = data.steps.length - 1;
  view.weight = [0, 0, 0];
  view.root.querySelector(".position").max = view.frame;
  build(view);
  return () => pause(view);
}

function create(root) {
  const view = { root, data: null, frame: 0, weight: [0, 0, 0], timer: null };
  root.querySelector(".position").addEventListener("input", (event) => moveTo(view, Number(event.target.value)));
  root.querySelector(".player").addEventListener("click", (event) => act(view, event.target.dataset.action));
  root.querySelector(".stage").addEventListener("pointermove", (event) => point(view, event));
  return view;
}

function build(view) {
  const { data } = view;
  const [slices, rows, columns] = data.wantedWeights.shape;
  const [height, width] = data.wanted.shape;
  const kernelCell = Math.min(LARGEST_CELL, 130 / Math.max(rows, columns));
  const outputCell = Math.min(LARGEST_CELL, TALLEST / Math.max(height, width));
  const scales = { kernel: Math.max(largestOf(data.weights.values), largestOf(data.wantedWeights.values)), output: largestOf(data.wanted.values) };
  const kernel = (value) => [...Array(slices).keys()].map((slice) => makeGrid({ rows, columns, cell: kernelCell, scale: scales.kernel, value: (r, c) => value(slice, r, c), font: kernelCell >= 30 ? 10 : 0 }));
  const output = (value) => makeGrid({ rows: height, columns: width, cell: outputCell, scale: scales.output, value, font: fontFor(data.wanted.values, outputCell) });
  const { frame } = view;
  view.kernels = kernel((...place) => data.weights.at(frame, ...place));
  const panels = [
    figureOf("learned", view.kernels, "Kernel now"),
    figureOf("aim", kernel((...place) => data.wantedWeights.at(...place)), "Kernel to find"),
    figureOf("output", [output((r, c) => data.outputs.at(frame, r, c))], "Its output"),
    figureOf("aim", [output((r, c) => data.wanted.at(r, c))], "Output to match"),
    curveFigure(view),
  ];
  view.root.querySelector(".stage").replaceChildren(...panels);
  mark(view);
}

function figureOf(name, grids, caption) {
  const figure = element("figure", name);
  const slices = element("div", "slices");
  grids.forEach((grid) => grid.reveal());
  slices.append(...grids.map(({ box }) => box));
  figure.append(slices, element("figcaption", "", caption));
  grids.forEach(({ svg }, slice) => Object.assign(svg.dataset, { panel: name, slice }));
  return figure;
}

// ---------------------------------------------------------------- the error over the steps

function curveFigure(view) {
  const { data } = view;
  const { width, height, left } = CURVE;
  const logs = data.losses.map((loss) => Math.log10(Math.max(loss, 1e-16)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const last = data.steps.at(-1) || 1;
  const x = (frame) => left + ((width - left) * data.steps[frame]) / last;
  const y = (frame) => 6 + ((height - 26) * (high - logs[frame])) / (high - low || 1);
  const svg = shape("svg", { width, height, class: "curve", role: "img", "aria-label": `Error from ${written(data.losses[0])} to ${written(data.losses.at(-1))} in ${last} steps, logarithmic.` });
  svg.append(
    shape("line", { class: "axis", x1: left, y1: height - 20, x2: width, y2: height - 20 }),
    label(0, 12, written(10 ** high)),
    label(0, height - 22, written(10 ** low)),
    label(left, height - 5, "0"),
    label(width - 60, height - 5, `step ${last}`),
    shape("path", { d: data.steps.map((_, frame) => `${frame ? "L" : "M"}${x(frame)} ${y(frame)}`).join("") }),
    shape("circle", { cx: x(view.frame), cy: y(view.frame), r: 4 }),
  );
  const figure = element("figure", "error");
  figure.append(svg, element("figcaption", "", "Mean squared error (logarithmic)"));
  return figure;
}

function label(x, y, words) {
  const text = shape("text", { x, y });
  text.textContent = words;
  return text;
}

// ---------------------------------------------------------------- the gradient of one weight

function mark(view) {
  const { data, frame, weight } = view;
  const [slice, row, column] = weight;
  view.kernels.forEach((grid, k) => grid.mark(k === slice ? [grid.outline(row, column, "here")] : []));
  view.root.querySelector(".position").value = frame;
  view.root.querySelector(".where").textContent = `step ${data.steps[frame]}: error ${precise(data.losses[frame])}`;
  view.root.querySelector(".gradient").replaceChildren(...gradientLines(view));
}

/** Four significant digits and a true minus sign. */
const precise = (number) => (number === 0 ? "0" : String(Number(number.toPrecision(4)))).replaceAll("-", "−");

function gradientLines({ data, frame, weight, root }) {
  const [slice, row, column] = weight;
  const [, rows, columns] = data.wantedWeights.shape;
  const k = (slice * rows + row) * columns + column;
  const [cells] = data.seen.shape;
  const width = data.wanted.shape[1];
  const [gradient, check, now] = [data.gradients, data.checks, data.weights].map((array) => array.at(frame, ...weight));
  Object.assign(root.dataset, { frame, step: data.steps[frame], gradient, check, weight: now });
  const terms = [];
  for (let cell = 0; cell < cells && terms.length < MOST_TERMS; cell++) {
    const x = data.seen.at(cell, k);
    const error = data.outputs.at(frame, Math.floor(cell / width), cell % width) - data.wanted.at(Math.floor(cell / width), cell % width);
    if (x !== 0) terms.push(`${precise(error)} × ${written(x)}`);
  }
  const name = `${data.wantedWeights.shape[0] > 1 ? `slice ${slice}, ` : ""}row ${row}, column ${column}`;
  const sum = `2/${cells} × (${terms.join(" + ")}${cells > MOST_TERMS ? " + …" : ""})`;
  return [
    line("The gradient of weight ", name, `: 2/cells × sum of (output − wanted) × input = ${sum} = `, precise(gradient)),
    line("Without calculus: the weight moved by ±0.001, the difference of the errors divided by 0.002, gives ", precise(check)),
    line("Next weight: ", `${precise(now)} − ${precise(data.rate)} × ${precise(gradient).startsWith("−") ? `(${precise(gradient)})` : precise(gradient)} = `, precise(now - data.rate * gradient)),
  ];
}

/** Words, the last of them strong. */
function line(...words) {
  const node = element("div", "");
  node.append(...words.slice(0, -1), element("b", "", words.at(-1)));
  return node;
}

// ---------------------------------------------------------------- gestures

function point(view, event) {
  const slice = view.kernels.findIndex(({ svg }) => svg === event.target.closest("svg"));
  const cell = view.kernels[slice]?.under(event);
  if (!cell) return;
  view.weight = [slice, cell.row, cell.column];
  mark(view);
}

function moveTo(view, frame) {
  view.frame = Math.max(0, Math.min(view.data.steps.length - 1, frame));
  build(view);
}

function act(view, action) {
  if (action === "play") return view.timer ? pause(view) : play(view);
  if (action !== "back" && action !== "forward") return undefined;
  pause(view);
  return moveTo(view, view.frame + (action === "back" ? -1 : 1));
}

function play(view) {
  const last = view.data.steps.length - 1;
  moveTo(view, view.frame === last ? 0 : view.frame);
  view.timer = setInterval(() => {
    moveTo(view, view.frame + 1);
    if (view.frame === last) pause(view);
  }, 1000 / SPEED);
  show(view, true);
}

function pause(view) {
  clearInterval(view.timer);
  view.timer = null;
  show(view, false);
}

function show({ root }, playing) {
  const button = root.querySelector('[data-action="play"]');
  button.textContent = playing ? "❚❚" : "▶";
  button.setAttribute("aria-label", playing ? "Pause" : "Play");
}
