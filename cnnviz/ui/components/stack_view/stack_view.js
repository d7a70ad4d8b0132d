// The maps of stacked layers. data.fields[level][below] = {size, jump, start}: what unit u of a level sees of a map
// below it, along either axis: `size` cells from start + jump * u on; cells outside of the map are padding.

import { element, shape } from "../shared/dom.js";
import { Grid } from "../shared/grid.js";
import { say, sayCount } from "../shared/language.js";

const LARGEST = 190; // px
const SMALLEST = 26; // px
const GAP = 22; // px between maps, as in the style sheet
const IN_A_ROW = 4; // maps

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement }) {
  parentElement.view ??= new StackView(parentElement.querySelector(".stack-view"));
  parentElement.view.show(data);
}

class StackView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.levels = element("div", { class: "levels" });
    this.note = element("div", { class: "note", "aria-live": "polite" });
    root.append(this.levels, this.note);
    this.root = root;
    new ResizeObserver(() => {
      if (this.data && this.width !== root.clientWidth) this.show(this.data);
    }).observe(root);
    this.levels.onpointermove = (event) => this.#point(event);
    this.levels.onpointerleave = () => this.#pointAtMiddle();
    this.levels.onkeydown = (event) => this.#press(event);
  }

  /** Draw the maps of all levels, with the unit in the middle of the last one. */
  show(data) {
    this.data = data;
    this.width = this.root.clientWidth;
    this.grids = data.levels.map((level, k) => this.#grid(level, k));
    const figures = data.levels.map(({ name, channels, side }, k) => {
      const caption = element("figcaption", {}, element("b", {}, name), `${channels} × ${side} × ${side}`);
      return element("figure", { class: "level" }, this.grids[k].box, caption);
    });
    this.levels.replaceChildren(...figures);
    this.#pointAtMiddle();
  }

  #grid({ side, name, channels }, level) {
    const { levels } = this.data;
    const largest = Math.max(...levels.map((other) => other.side));
    const share = this.width / Math.min(levels.length, IN_A_ROW) - GAP;
    const tallest = Math.min(LARGEST, Math.max(share, SMALLEST));
    const cell = Math.max((tallest * Math.sqrt(side / largest)) / side, SMALLEST / side);
    const grid = new Grid({ rows: side, columns: side, cell, value: () => 0, scale: 1, font: 0 });
    grid.reveal();
    const label = sayCount(
      "{name}: {count} channel of {side} by {side}. Arrow keys move the unit.",
      "{name}: {count} channels of {side} by {side}. Arrow keys move the unit.",
      channels,
      { name, side },
    );
    const attributes = { role: "application", tabindex: "0", "aria-label": label, "data-level": level };
    for (const [key, text] of Object.entries(attributes)) grid.svg.setAttribute(key, text);
    return grid;
  }

  #point(event) {
    const level = this.grids.findIndex(({ svg }) => svg === event.target.closest("svg"));
    const unit = this.grids[level]?.under(event);
    if (unit) this.#pointAt(level, unit);
  }

  #press(event) {
    const level = this.grids.findIndex(({ svg }) => svg === event.target);
    const from = this.unit.level === level ? this.unit : { row: 0, column: 0 };
    const unit = this.grids[level]?.beside(event.key, from);
    if (!unit) return;
    this.#pointAt(level, unit);
    event.preventDefault();
  }

  #pointAtMiddle() {
    const level = this.grids.length - 1;
    const centre = Math.floor((this.data.levels[level].side - 1) / 2);
    this.#pointAt(level, { row: centre, column: centre });
  }

  #pointAt(level, unit) {
    this.unit = { level, ...unit };
    for (const [below, grid] of this.grids.entries()) {
      grid.mark(below > level ? [] : [outline(grid, this.#seen(below), below === level)]);
    }
    this.note.textContent = sentence(this.unit, this.#seen(0));
  }

  /** What the unit sees of a map below: first and last cell along rows and columns, as far as the map goes. */
  #seen(below) {
    const { level, row, column } = this.unit;
    const { size, jump, start } = this.data.fields[level][below];
    const last = this.data.levels[below].side - 1;
    const along = (place) => [Math.max(0, start + jump * place), Math.min(last, start + jump * place + size - 1)];
    const [[top, bottom], [left, right]] = [along(row), along(column)];
    return { top, bottom, left, right, size };
  }
}

function outline({ cell }, { top, bottom, left, right }, isUnit) {
  const [width, height] = [Math.max(0, right - left + 1) * cell, Math.max(0, bottom - top + 1) * cell];
  const mark = shape("rect", {
    x: left * cell,
    y: top * cell,
    width,
    height,
    class: isUnit ? "mark unit" : "mark seen",
  });
  Object.assign(mark.dataset, { top, bottom, left, right });
  return mark;
}

/** What a unit sees of the input. */
function sentence({ level, row, column }, seen) {
  const [height, width] = [seen.bottom - seen.top + 1, seen.right - seen.left + 1];
  const values = { level, row, column, height, width, ...seen };
  if (!level) return say("A pixel of the input, row {row}, column {column}, sees itself.", values);
  if (height < 1 || width < 1) {
    return say(
      "A unit after layer {level}, row {row}, column {column}, sees {size} × {size} pixels, all of them padding.",
      values,
    );
  }
  return height < seen.size || width < seen.size
    ? say(
        "A unit after layer {level}, row {row}, column {column}, sees {size} × {size} pixels: {height} × {width} of the input, rows {top} to {bottom}, columns {left} to {right}; the rest is padding.",
        values,
      )
    : say(
        "A unit after layer {level}, row {row}, column {column}, sees {size} × {size} pixels of the input: rows {top} to {bottom}, columns {left} to {right}.",
        values,
      );
}
