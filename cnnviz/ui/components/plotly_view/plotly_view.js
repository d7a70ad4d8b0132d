// One chart per parent element. Python calls the default function again with every change of the data or the theme.

const TILE = 84; // px, side of the enlarged image
const FRAMES_PER_SECOND = 15;
const PLAY = '<svg viewBox="0 0 14 14" aria-hidden="true"><path d="M2 0 L14 7 L2 14 Z"/></svg>';
const PAUSE = '<svg viewBox="0 0 14 14" aria-hidden="true"><path d="M1 0h4v14H1zM9 0h4v14H9z"/></svg>';

const views = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!views.has(parentElement)) views.set(parentElement, new View(parentElement));
  const view = views.get(parentElement);
  view.update(data, setStateValue);
  return () => {
    view.close();
    views.delete(parentElement);
  };
}

class View {
  constructor(parent) {
    this.root = parent.querySelector(".plotly-view");
    this.chart = element("div", { role: "img" });
    this.player = new Player((frame) => this.move(frame));
    this.box = new ImageBox();
    this.root.append(this.chart, this.player.root, this.box.root);
    this.resizer = new ResizeObserver(() => this.resize());
    this.drawn = false;
  }

  async update(data, setStateValue) {
    this.data = data;
    this.setStateValue = setStateValue;
    this.chart.style.height = `${data.height}px`;
    this.chart.setAttribute("aria-label", data.alt);
    const [positions] = await Promise.all([this.positionsOf(data.frames), globalThis.Plotly ?? load(data.source)]);
    if (this.data !== data || this.closed) return;
    this.player.update(data.frames, positions);
    this.draw();
  }

  // The numbers of all frames; fetched once.
  async positionsOf(frames) {
    if (frames && this.url !== frames.url) {
      const answer = await fetch(new URL(frames.url, document.baseURI));
      this.positions = new Float32Array(await answer.arrayBuffer());
      this.url = frames.url;
    }
    return this.positions;
  }

  draw() {
    const { figure, template, frames, selectable } = this.data;
    const { data, layout } = JSON.parse(inTheme(figure, this.root));
    layout.template = JSON.parse(inTheme(template, this.root));
    this.rows = data.map((trace) => values(trace.customdata));
    if (frames) this.place(data, layout);
    if (selectable) Object.assign(layout, { clickmode: "event+select" });
    Plotly.react(this.chart, data, { uirevision: "kept", ...layout, autosize: true }, config(selectable));
    if (!this.drawn) this.listen();
    this.drawn = true;
  }

  listen() {
    const choose = (event) => {
      if (this.data.selectable) this.setStateValue("selection", rowsOf(event?.points ?? []));
    };
    this.chart.on("plotly_selected", choose);
    this.chart.on("plotly_deselect", () => choose(null));
    this.chart.on("plotly_hover", (hover) => this.box.show(hover, globalThis.cnnvizImages?.[this.data.images]));
    this.chart.on("plotly_unhover", () => this.box.hide());
    this.resizer.observe(this.chart);
  }

  // The frame that is shown goes into the figure, and the axes hold the last one.
  place(traces, layout) {
    const { x, y } = this.player.coordinates(this.rows);
    traces.forEach((trace, i) => this.rows[i] && Object.assign(trace, { x: x[i], y: y[i] }));
    const [across, up] = this.player.extent();
    layout.xaxis = { ...layout.xaxis, range: across };
    layout.yaxis = { ...layout.yaxis, range: up };
  }

  move() {
    if (!this.drawn) return;
    const moving = this.rows.flatMap((rows, i) => (rows ? [i] : []));
    const { x, y } = this.player.coordinates(this.rows);
    Plotly.restyle(this.chart, { x: moving.map((i) => x[i]), y: moving.map((i) => y[i]) }, moving);
  }

  // A chart that has left the screen meanwhile cannot be resized, and need not be.
  resize() {
    if (this.drawn && this.chart.offsetWidth) Plotly.Plots.resize(this.chart).catch(() => {});
  }

  // No Plotly.purge: a drawing under way would stumble over what it takes away; the chart goes with its node.
  close() {
    this.closed = true;
    this.player.pause();
    this.resizer.disconnect();
    this.root.replaceChildren();
  }
}

// A button and a slider that choose one of the frames.
class Player {
  constructor(onFrame) {
    this.onFrame = onFrame;
    this.button = element("button", { type: "button" });
    this.slider = element("input", { type: "range", min: 0, step: 1 });
    this.output = element("output", {});
    this.root = element("div", { class: "plotly-view-controls" });
    this.root.append(this.button, this.slider, this.output);
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
    this.slider.oninput = () => {
      const frame = Number(this.slider.value); // pausing puts the slider back to the frame that is shown
      this.pause();
      this.go(frame);
    };
    this.frame = 0;
    this.last = 0;
    this.label();
  }

  // New frames: who stands at the end stays at the end, who plays or looks back is left alone.
  update(frames, positions) {
    this.root.hidden = !frames;
    if (!frames) return;
    const atEnd = this.frame === this.last && !this.playing;
    this.frames = frames;
    this.last = frames.iterations.length - 1;
    this.positions = positions;
    this.frame = atEnd ? this.last : Math.min(this.frame, this.last);
    this.slider.max = this.last;
    this.label();
  }

  play() {
    const start = this.frame >= this.last ? 0 : this.frame;
    const began = performance.now();
    const tick = (now) => {
      const frame = start + Math.floor(((now - began) / 1000) * FRAMES_PER_SECOND);
      if (frame !== this.frame) this.go(Math.max(start, Math.min(frame, this.last)));
      if (this.frame < this.last || frame < this.last) this.playing = requestAnimationFrame(tick);
      else this.pause();
    };
    this.playing = requestAnimationFrame(tick);
    this.label();
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.label();
  }

  go(frame) {
    this.frame = frame;
    this.label();
    this.onFrame(frame);
  }

  label() {
    const text = this.frames ? `${this.frames.label} ${this.frames.iterations[this.frame]}` : "";
    this.button.innerHTML = this.playing ? PAUSE : PLAY;
    this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    this.slider.value = this.frame;
    this.slider.setAttribute("aria-label", this.frames?.label ?? "");
    this.slider.setAttribute("aria-valuetext", text);
    this.output.textContent = text;
  }

  // Places of every trace's points in this frame. A row id stands for its point, a list of ids for their median.
  coordinates(traces) {
    const start = this.frame * this.frames.points;
    const at = (axis) => (row) => this.positions[2 * (start + row) + axis];
    const along = (axis) => (row) => (Array.isArray(row) ? median(row.map(at(axis))) : at(axis)(row));
    const place = (axis) => traces.map((rows) => rows && Array.from(rows, along(axis)));
    return { x: place(0), y: place(1) };
  }

  // Ranges of both axes that hold the last frame, with a margin.
  extent() {
    const last = this.positions.subarray(2 * this.last * this.frames.points);
    return [0, 1].map((axis) => {
      const along = last.filter((_, i) => i % 2 === axis);
      const [low, high] = [along.reduce((a, b) => Math.min(a, b)), along.reduce((a, b) => Math.max(a, b))];
      const margin = 0.06 * (high - low) || 1;
      return [low - margin, high + margin];
    });
  }
}

// The enlarged image beside the pointer.
class ImageBox {
  constructor() {
    this.tile = element("div", { class: "tile" });
    this.line = element("div", { class: "line" });
    this.root = element("div", { class: "plotly-view-image", hidden: "" });
    this.root.append(this.tile, this.line);
  }

  show({ points, event }, images) {
    const row = points[0].customdata;
    if (!images || typeof row !== "number") return;
    const zoom = TILE / images.tile;
    const [across, down] = [row % images.columns, Math.floor(row / images.columns)];
    this.tile.style.backgroundImage = `url(${new URL(images.url, document.baseURI).href})`;
    this.tile.style.backgroundSize = `${images.columns * TILE}px auto`;
    this.tile.style.backgroundPosition = `${-across * images.tile * zoom}px ${-down * images.tile * zoom}px`;
    this.line.textContent = images.lines[row] ?? "";
    this.root.hidden = false;
    this.stand(event.clientX, event.clientY);
  }

  // Right of and below the pointer, or on its other side where the window ends.
  stand(x, y) {
    const { width, height } = this.root.getBoundingClientRect();
    const left = x + 16 + width > innerWidth ? x - 16 - width : x + 16;
    const top = y + 16 + height > innerHeight ? y - 16 - height : y + 16;
    this.root.style.left = `${Math.max(4, left)}px`;
    this.root.style.top = `${Math.max(4, top)}px`;
  }

  hide() {
    this.root.hidden = true;
  }
}

// The script sets window.Plotly; the browser loads an address once, however many charts ask for it.
function load(source) {
  return import(new URL(source, document.baseURI).href);
}

// Fills the names of theme variables with their present values.
function inTheme(json, node) {
  const style = getComputedStyle(node);
  const value = (name) => style.getPropertyValue(name).trim();
  return json.replace(/var\((--st-[a-z-]+)\)/g, (_, name) => JSON.stringify(value(name)).slice(1, -1));
}

function config(selectable) {
  const unused = selectable ? [] : ["select2d", "lasso2d"];
  return { displaylogo: false, responsive: false, modeBarButtonsToRemove: ["autoScale2d", "zoomIn2d", "zoomOut2d", ...unused] };
}

function rowsOf(points) {
  return [...new Set(points.map((point) => point.customdata).filter((row) => typeof row === "number"))];
}

// plotly.py sends numpy arrays as {dtype, bdata}.
function values(list) {
  if (!list?.bdata) return list;
  const types = { i1: Int8Array, u1: Uint8Array, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array };
  return Array.from(new types[list.dtype](bytes(list.bdata).buffer));
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

function median(list) {
  const sorted = list.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function element(tag, attributes) {
  const node = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
}
