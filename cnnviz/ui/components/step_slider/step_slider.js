// A range input over the snapshots, in front of the loss curve. Arrow keys go from one snapshot to the next.

const WIDTH = 1000; // of the curve's own coordinates
const HEIGHT = 100;
const SEND_AFTER = 60; // ms without movement while dragging
const PATIENCE = 5000; // ms until a wish that the server does not follow is given up

export default function ({ data, parentElement, setStateValue }) {
  const view = (parentElement.stepSlider ??= create(parentElement.querySelector(".step-slider")));
  view.send = (step) => setStateValue("step", step);
  update(view, data);
}

function create(root) {
  const id = `step-${Math.random().toString(36).slice(2)}`;
  root.innerHTML = `
    <div class="head"><label for="${id}">Snapshot after training step</label><output for="${id}"></output></div>
    <div class="scale">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path class="later"/><path class="sooner"/></svg>
      <input id="${id}" type="range" min="0" step="1">
    </div>
    <div class="ticks" aria-hidden="true"></div>`;
  const [input, output, ticks] = ["input", "output", ".ticks"].map((name) => root.querySelector(name));
  const [later, sooner] = root.querySelectorAll("path");
  const view = { root, input, output, ticks, later, sooner, wanted: null, asked: 0 };
  input.addEventListener("input", () => {
    view.wanted = view.data.steps[Number(input.value)];
    view.asked = performance.now();
    show(view);
    clearTimeout(view.timer);
    const step = view.wanted;
    view.timer = setTimeout(() => view.send(step), SEND_AFTER);
  });
  new ResizeObserver(() => view.data && label(view)).observe(root);
  return view;
}

// A live page is drawn twice a second: the handle stays where the visitor has put it until the server has followed.
function update(view, data) {
  view.data = data;
  const last = data.steps.length - 1;
  view.input.max = last;
  if (data.chosen === view.wanted || performance.now() - view.asked > PATIENCE) view.wanted = null;
  view.input.value = Math.max(0, data.steps.indexOf(view.wanted ?? data.chosen));
  view.later.setAttribute("d", curve(data.losses));
  label(view);
  show(view);
}

function curve(losses) {
  if (losses.length < 2) return "";
  const highest = Math.max(...losses, 1e-9);
  const point = (loss, k) => `${((k / (losses.length - 1)) * WIDTH).toFixed(1)} ${(HEIGHT * (1 - (0.94 * loss) / highest) - 2).toFixed(1)}`;
  return `M${losses.map(point).join("L")}`;
}

// Everything that moves with the handle.
function show(view) {
  const { steps, losses } = view.data;
  const index = Number(view.input.value);
  const share = steps.length > 1 ? index / (steps.length - 1) : 1;
  const place = Math.round(share * (losses.length - 1));
  const text = `${steps[index].toLocaleString("en")}${losses.length ? ` · train loss ${losses[place].toFixed(3)}` : ""}`;
  view.output.textContent = text;
  view.input.setAttribute("aria-valuetext", text);
  view.sooner.setAttribute("d", view.later.getAttribute("d"));
  view.sooner.style.clipPath = `inset(-10% ${100 * (1 - share)}% -10% 0)`;
}

// As many step numbers as have room, the first and the last among them.
function label(view) {
  const { steps } = view.data;
  const room = Math.max(2, Math.floor(view.root.clientWidth / 64));
  const every = Math.max(1, Math.ceil((steps.length - 1) / (room - 1)));
  const last = steps.length - 1;
  const shown = steps.map((_, k) => k).filter((k) => k === last || (k % every === 0 && last - k >= every));
  view.ticks.replaceChildren(
    ...shown.map((k) => {
      const tick = document.createElement("span");
      tick.textContent = steps[k].toLocaleString("en");
      tick.style.left = `${last ? (100 * k) / last : 100}%`;
      return tick;
    }),
  );
}
