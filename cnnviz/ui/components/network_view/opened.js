// The room beside a map that was opened: its numbers, its kernel, and what its layer does.

import { element } from "../shared/dom.js";
import { say, sayCount } from "../shared/language.js";
import { paint, under } from "../shared/maps.js";
import { fixed } from "../shared/numbers.js";
import { edgesTo } from "./connections.js";
import { isStrip } from "./layout.js";
import { nameOf, numberAt } from "./words.js";

const LARGE = 210; // px of the opened map, at most
const KERNEL = 96; // px of a kernel that has one slice
const SLICE = 34; // px of one of several
const ACROSS = 16; // numbers beside each other, of those that stand in a row

/** A panel that is put beside a map. */
export class Opened {
  /** @param {() => void} onClose */
  constructor(onClose) {
    this.place = null; // of the map that is open
    this.title = element("b", {});
    const close = element("button", { type: "button", class: "close", "aria-label": say("Close") }, "×");
    close.onclick = onClose;
    this.canvas = element("canvas", { class: "large", role: "img" });
    this.number = element("output", { class: "number" });
    this.kernel = element("div", { class: "kernel" });
    this.words = element("p", {});
    this.head = element("div", { class: "title" }, this.title, close);
    const inside = element("div", { class: "inside" }, this.canvas, this.kernel);
    this.root = element(
      "div",
      { class: "opened", role: "group", hidden: "" },
      this.head,
      inside,
      this.number,
      this.words,
    );
  }

  /**
   * Show a map.
   * @param {import("./connections.js").Place} place
   * @param {import("./numbers.js").Numbers} numbers
   */
  show(place, numbers) {
    this.place = place;
    const part = numbers.parts.get(place.part);
    const name = nameOf(part, place.map);
    const across = Math.min(ACROSS, part.size[2]);
    const drawn = numbers.of(place.part, place.map, isStrip(part) ? across : 1);
    this.root.hidden = false;
    this.root.setAttribute("aria-label", name);
    this.title.textContent = name;
    this.words.textContent = part.words;
    this.number.textContent = say("Point at a number to read it.");
    this.canvas.setAttribute("aria-label", name);
    paint(this.canvas, drawn);
    const cell = LARGE / Math.max(drawn.rows, drawn.columns);
    this.canvas.style.width = `${cell * drawn.columns}px`;
    this.canvas.style.height = `${cell * drawn.rows}px`;
    this.canvas.onpointermove = (event) => {
      const [row, column] = under(event, this.canvas);
      const k = row * drawn.columns + column;
      const at = isStrip(part) ? { row: 0, column: k } : { row, column };
      const value = drawn.value(k);
      if (value !== undefined) this.number.textContent = numberAt(part, { map: place.map, ...at, value });
    };
    this.#showKernel(place, numbers);
  }

  close() {
    this.place = null;
    this.root.hidden = true;
  }

  async #showKernel(place, numbers) {
    this.kernel.replaceChildren();
    const slices = await numbers.kernelOf(place.part, place.map).catch(() => null);
    if (!slices || this.place !== place) return;
    const read = edgesTo(numbers.parts, place).map(({ from }) => nameOf(numbers.parts.get(from.part), from.map));
    const side = slices.length === 1 ? KERNEL : SLICE;
    const pictures = slices.map((slice, k) => this.#slice(slice, read[k], side));
    const words = sayCount("Its kernel", "Its kernel has {count} slices", slices.length);
    this.kernel.replaceChildren(element("span", {}, words), element("div", { class: "slices" }, ...pictures));
  }

  /** The part of a kernel that one map is multiplied with. */
  #slice(slice, read, side) {
    const label = say("Weights for: {map}", { map: read });
    const canvas = element("canvas", { class: "slice", role: "img", "aria-label": label, title: label });
    paint(canvas, slice);
    const cell = side / Math.max(slice.rows, slice.columns);
    canvas.style.width = `${cell * slice.columns}px`;
    canvas.style.height = `${cell * slice.rows}px`;
    canvas.onpointermove = (event) => {
      const [row, column] = under(event, canvas);
      const value = fixed(slice.value(row * slice.columns + column), 4);
      this.number.textContent = say("weight, row {row}, column {column}: {value}", { row, column, value });
    };
    return canvas;
  }
}
