// One chart per parent element. Python calls the default function again with every change of the data or the theme.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { Player } from "../shared/player.js";
import { configuration, enlarge, inTheme, rowsOf, valuesOf } from "./figure.js";
import { Frames } from "./frames.js";
import { ImageBox } from "./image_box.js";
import { listenToKeys } from "./point_keys.js";

const FRAMES_PER_SECOND = 15;
const USUAL = 14; // px, the size of the page's text that the figures are made for

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setStateValue }) {
  parentElement.view ??= new PlotlyView(parentElement.querySelector(".plotly-view"));
  const { view } = parentElement;
  view.onSelect = (rows) => setStateValue("selection", rows);
  view.update(data);
  return () => {
    view.close();
    parentElement.view = undefined;
  };
}

class PlotlyView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.chart = element("div", { class: "chart", role: "figure" });
    this.images = new ImageBox();
    this.frames = new Frames();
    this.resizer = new ResizeObserver(() => this.#resize());
    this.isDrawn = false;
    root.append(this.chart, this.images.root);
    listenToKeys(this.chart, {
      onPoint: (row, place) => this.images.point(row, place),
      onChoose: (row) => this.data.selectable && this.onSelect([row]),
      onLeave: () => this.images.hide(),
    });
  }

  async update(data) {
    this.data = data;
    this.root.style.height = data.height ? `${data.height}px` : "var(--height, 380px)";
    this.chart.setAttribute("aria-label", data.alt);
    if (data.images) {
      this.chart.setAttribute("role", "application"); // the arrow keys go from point to point
      this.chart.tabIndex = 0;
    }
    this.images.show(data.images);
    await Promise.all([this.frames.fetch(data.frames), globalThis.Plotly ?? load(data.source)]);
    if (this.data !== data || this.isClosed) return;
    this.#updatePlayer(data.frames);
    this.#draw();
  }

  /** Who stands at the last frame stays at the end, who plays or looks back is left alone. */
  #updatePlayer(frames) {
    if (!frames) {
      this.player?.root.remove();
      this.player = null;
      return;
    }
    this.player ??= this.#makePlayer(frames.label);
    const { player } = this;
    const isAtEnd = player.frame === player.last && !player.playing;
    player.setLast(frames.iterations.length - 1);
    this.#showFrame(isAtEnd ? player.last : player.frame);
  }

  #makePlayer(label) {
    const onFrame = (frame) => {
      this.#showFrame(frame);
      this.#move();
    };
    const player = new Player({ label, onFrame });
    player.speed = FRAMES_PER_SECOND;
    this.chart.after(player.root);
    return player;
  }

  #showFrame(frame) {
    const { label, iterations } = this.data.frames;
    this.player.show(frame, say("{label} {iteration}", { label, iteration: iterations[frame] }));
  }

  #draw() {
    const { figure, template, frames, selectable, file } = this.data;
    const { data, layout } = JSON.parse(inTheme(figure, this.root));
    layout.template = JSON.parse(inTheme(template, this.root));
    this.scale = scaleOf(document.documentElement);
    enlarge(layout, this.scale);
    this.rows = data.map((trace) => valuesOf(trace.customdata));
    if (frames) this.#place(data, layout);
    if (selectable) Object.assign(layout, { clickmode: "event+select", dragmode: "lasso" });
    // A configuration that differs makes Plotly draw a new chart, without the zoom and the listeners of the one before.
    const isNew = this.selectable !== selectable;
    this.selectable = selectable;
    if (this.isDrawn) this.chart._context.toImageButtonOptions.filename = file;
    Plotly.react(this.chart, data, { uirevision: "kept", ...layout, autosize: true }, configuration(selectable, file));
    if (isNew) this.#listen();
    this.isDrawn = true;
  }

  #listen() {
    const choose = (points) => {
      if (this.data.selectable) this.onSelect(rowsOf(points));
    };
    this.chart.on("plotly_selected", (event) => choose(event?.points ?? []));
    this.chart.on("plotly_deselect", () => choose([]));
    this.chart.on("plotly_hover", ({ points, event }) => this.images.point(points[0].customdata, event));
    this.chart.on("plotly_unhover", () => this.images.hide());
    this.resizer.observe(this.chart);
  }

  /** The frame that is shown goes into the figure, and the axes hold the last one. */
  #place(traces, layout) {
    const { x, y } = this.frames.coordinates(this.rows, this.player.frame);
    for (const [i, trace] of traces.entries()) if (this.rows[i]) Object.assign(trace, { x: x[i], y: y[i] });
    const [across, up] = this.frames.extent(this.player.last);
    layout.xaxis = { ...layout.xaxis, range: across };
    layout.yaxis = { ...layout.yaxis, range: up };
  }

  #move() {
    if (!this.isDrawn) return;
    const moving = this.rows.flatMap((rows, i) => (rows ? [i] : []));
    const { x, y } = this.frames.coordinates(this.rows, this.player.frame);
    Plotly.restyle(this.chart, { x: moving.map((i) => x[i]), y: moving.map((i) => y[i]) }, moving);
  }

  /** A chart that has left the screen meanwhile cannot be resized, and need not be. */
  #resize() {
    if (!this.isDrawn || !this.chart.offsetWidth) return;
    if (this.scale !== scaleOf(document.documentElement)) this.#draw();
    Plotly.Plots.resize(this.chart).catch(() => {});
  }

  /** No Plotly.purge: a drawing under way would stumble over what it takes away; the chart goes with its node. */
  close() {
    this.isClosed = true;
    this.player?.pause();
    this.resizer.disconnect();
    this.root.replaceChildren();
  }
}

/** How much larger than usual the page is written, as in the presenter view. */
function scaleOf(page) {
  return Number.parseFloat(getComputedStyle(page).fontSize) / USUAL;
}

/** The script sets window.Plotly; the browser loads an address once, however many charts ask for it. */
function load(source) {
  return import(new URL(source, document.baseURI).href);
}
