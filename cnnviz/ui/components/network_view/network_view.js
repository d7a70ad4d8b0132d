// A network at work: a column of maps for each layer, the classes at the end. What a map is made of and what it feeds is
// drawn while it is pointed at; a click opens it.

import { range } from "../shared/arrays.js";
import { element, shape } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { paint, under } from "../shared/maps.js";
import { boxOfClass, classRow, writeClass } from "./classes.js";
import { edgesFrom, edgesTo } from "./connections.js";
import { heads } from "./heads.js";
import { boxOf, columnsOfStrip, isStrip, layout } from "./layout.js";
import { beside } from "./moves.js";
import { Numbers } from "./numbers.js";
import { Opened } from "./opened.js";
import { nameOf, numberAt } from "./words.js";

const OPENED = 392; // px of the room beside a map
const EDGE = 3; // px around all, for the outline of the focus

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement }) {
  parentElement.view ??= new NetworkView(parentElement.querySelector(".network-view"));
  parentElement.view.update(data);
}

class NetworkView {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.expanded = new Set(); // parts that show all their maps
    this.scene = element("div", { class: "scene" });
    this.room = element("div", { class: "room" }, this.scene);
    this.note = element("output", { class: "note" });
    this.opened = new Opened(() => this.#close());
    root.append(this.room, this.note, this.opened.root);
    root.setAttribute("role", "group");
    root.addEventListener("keydown", (event) => this.#key(event));
    this.scene.addEventListener("focusin", ({ target }) => this.#focus(target));
    this.scene.addEventListener("focusout", () => this.#point(null));
    new ResizeObserver(() => this.#build()).observe(root);
  }

  update(data) {
    const structure = JSON.stringify(data.parts.map(({ name, size }) => [name, size]));
    this.data = data;
    this.numbers = new Numbers(data);
    this.root.setAttribute("aria-label", data.alt);
    if (structure === this.structure) {
      this.#paint();
    } else {
      this.structure = structure;
      this.expanded.clear();
      this.opened.close();
      this.#build();
    }
    if (this.opened.place) this.opened.show(this.opened.place, this.numbers);
  }

  /** Everything anew: the network, or its room, is another one. */
  #build() {
    const [width, height] = [this.room.clientWidth - 2 * EDGE, this.room.clientHeight - 2 * EDGE];
    if (!this.data || width <= 0) return;
    const hadFocus = this.scene.contains(this.root.getRootNode().activeElement);
    const { parts } = this.data;
    this.placed = layout(parts, { width, height, expanded: this.expanded });
    const size = { width: this.placed.width, height: this.placed.height };
    this.scene.style.cssText = `width: ${size.width}px; height: ${size.height}px`;
    this.edges = shape("svg", { ...size, class: "edges", "aria-hidden": "true" });
    this.tiles = parts.slice(0, -1).flatMap((part) => this.#tilesOf(part));
    this.rows = this.data.classes.map((_, k) => this.#class(k));
    this.items = [...this.tiles, ...this.rows];
    this.scene.replaceChildren(this.edges, ...heads(parts, this.placed), ...this.items.map(({ node }) => node));
    this.#stop(this.items.find(({ node }) => node.dataset.name === this.focused) ?? this.items[0]);
    this.#paint();
    this.#point(null);
    if (hadFocus) this.items.find(({ node }) => node.tabIndex === 0).node.focus();
  }

  #tilesOf(part) {
    const spot = this.placed.spots.get(part.name);
    const tiles = range(spot.shown).map((map) => {
      const node = element("canvas", { class: "tile", role: "button", "data-name": `${part.name} ${map}` });
      node.onpointermove = (event) => this.#tell(event, part, map);
      node.onpointerleave = () => this.#point(null);
      node.onclick = () => this.#toggle({ part: part.name, map });
      return { node, part, place: { part: part.name, map }, box: boxOf(spot, map), column: spot.column };
    });
    return spot.button ? [...tiles, this.#button(part, spot)] : tiles;
  }

  /** The button that shows all maps of a part, or the first ones again. */
  #button(part, spot) {
    const count = part.size[0];
    const all = spot.shown < count;
    const attributes = { type: "button", class: "more", "data-name": `${part.name} more`, "aria-expanded": !all };
    const label = all
      ? say("Show all {count} maps of {layer}", { count, layer: part.name })
      : say("Show fewer maps of {layer}", { layer: part.name });
    const words = all ? say("all {count}", { count }) : say("fewer");
    const node = element("button", { ...attributes, "aria-label": label, title: label }, words);
    node.onclick = () => {
      if (!this.expanded.delete(part.name)) this.expanded.add(part.name);
      node.focus();
      this.#build();
    };
    const box = { x: spot.x, y: spot.bottom, width: Math.max(spot.side, 40), height: 16 };
    return { node, part, place: null, box, column: spot.column };
  }

  #class(k) {
    const node = classRow();
    node.dataset.name = `class ${k}`;
    const part = this.data.parts.at(-1);
    const place = { part: part.name, map: 0, row: k };
    node.onpointermove = () => {
      this.note.textContent = node.getAttribute("aria-label");
      this.#point(place);
    };
    node.onpointerleave = () => this.#point(null);
    const box = boxOfClass(this.placed.classes, this.data.classes.length, this.placed.height, k);
    return { node, part, place, box, column: Number.POSITIVE_INFINITY };
  }

  #paint() {
    for (const { node, part, place, box } of this.items) {
      const { x, y, width, height } = box;
      node.style.cssText += `; left: ${x}px; top: ${y}px; width: ${width}px; height: ${height}px`;
      if (!node.classList.contains("tile")) continue;
      paint(node, this.numbers.of(part.name, place.map, columnsOfStrip(part.size[2], this.#stripHeight())));
      node.setAttribute("aria-label", nameOf(part, place.map));
    }
    const { classes, label } = this.data;
    const largest = classes.reduce((best, { logit }, k) => (logit > classes[best].logit ? k : best), 0);
    for (const [k, { node }] of this.rows.entries()) {
      writeClass(node, classes[k], { largest: k === largest, truth: k === label });
    }
  }

  #stripHeight() {
    return this.placed.height - this.placed.classes.y;
  }

  /** The number under the pointer, and what the map is joined to. */
  #tell(event, part, map) {
    const canvas = event.target;
    const [row, column] = under(event, canvas);
    const k = row * canvas.width + column;
    const drawn = this.numbers.of(part.name, map, canvas.width);
    const at = isStrip(part) ? { row: 0, column: k } : { row, column };
    const value = drawn.value(k);
    this.#point({ part: part.name, map });
    if (value !== undefined) this.note.textContent = numberAt(part, { map, ...at, value });
  }

  #focus(target) {
    const item = this.items.find(({ node }) => node === target);
    if (!item) return;
    this.#stop(item);
    if (target.matches(":focus-visible")) {
      this.#point(item.place);
      this.note.textContent = target.getAttribute("aria-label");
    }
  }

  /** The Tab key reaches one of all maps; arrow keys go on from there. */
  #stop(item) {
    for (const { node } of this.items) node.tabIndex = node === item.node ? 0 : -1;
    this.focused = item.node.dataset.name;
  }

  /** Draw the edges of a map, and let all fade that it is not joined to; null: of none. */
  #point(place) {
    const key = place && JSON.stringify(place);
    if (key === this.pointed) return;
    this.pointed = key;
    const edges = place ? [...edgesTo(this.numbers.parts, place), ...edgesFrom(this.numbers.parts, place)] : [];
    const joined = new Set(edges.flatMap(({ from, to }) => [from, to]).map(({ part, map }) => `${part} ${map}`));
    if (place) joined.add(`${place.part} ${place.map}`);
    this.scene.classList.toggle("pointed", Boolean(place));
    for (const { node } of this.tiles) node.classList.toggle("joined", joined.has(node.dataset.name));
    this.edges.replaceChildren(...edges.flatMap((edge) => this.#draw(edge, place)));
    if (!place) this.note.textContent = howToRead();
  }

  /** An edge as curves: to a class that is pointed at, else to all. */
  #draw({ from, to }, { row }) {
    const ends = this.#boxes(to).filter((_, k, { length }) => length === 1 || row === undefined || row === k);
    return this.#boxes(from).flatMap((start) =>
      ends.map((end) => {
        const [x0, y0] = [start.x + start.width, start.y + start.height / 2];
        const [x1, y1] = [end.x, end.y + end.height / 2];
        const bend = Math.max(8, (x1 - x0) / 2);
        const path = `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
        return shape("path", { d: path, "data-from": `${from.part} ${from.map}`, "data-to": `${to.part} ${to.map}` });
      }),
    );
  }

  /** Where a map stands: of one that is not shown the button for all, of the last layer its classes. */
  #boxes({ part, map }) {
    if (part === this.data.parts.at(-1).name) return this.rows.map(({ box }) => box);
    const found = this.tiles.find(({ node }) => node.dataset.name === `${part} ${map}`);
    const button = this.tiles.find(({ node }) => node.dataset.name === `${part} more`);
    return [found ?? button].filter(Boolean).map(({ box }) => box);
  }

  #toggle(place) {
    const { place: open } = this.opened;
    if (open?.part === place.part && open.map === place.map) this.#close();
    else this.#open(place);
  }

  /** Room for a map to the right of its column, or to the left where it ends. */
  #open(place) {
    const { root } = this.opened;
    const { box } = this.tiles.find(({ node }) => node.dataset.name === `${place.part} ${place.map}`);
    const width = Math.min(OPENED, this.root.clientWidth);
    const right = box.x + box.width + 10 - this.room.scrollLeft;
    const left = box.x - 10 - width - this.room.scrollLeft;
    const x = right + width <= this.root.clientWidth ? right : Math.max(0, left);
    root.style.left = `${Math.min(x, this.root.clientWidth - width)}px`;
    root.style.width = `${width}px`;
    this.opened.show(place, this.numbers);
    this.#mark();
  }

  #close() {
    const { place } = this.opened;
    this.opened.close();
    this.#mark();
    if (place) this.tiles.find(({ node }) => node.dataset.name === `${place.part} ${place.map}`)?.node.focus();
  }

  #mark() {
    const { place } = this.opened;
    for (const { node } of this.tiles) {
      if (!node.classList.contains("tile")) continue;
      node.setAttribute("aria-expanded", Boolean(place) && node.dataset.name === `${place.part} ${place.map}`);
    }
  }

  #key(event) {
    if (event.key === "Escape" && this.opened.place) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
      return;
    }
    const from = this.items?.find(({ node }) => node === event.target);
    if (!from) return;
    if ((event.key === "Enter" || event.key === " ") && from.node.matches(".tile")) {
      event.preventDefault();
      event.stopPropagation();
      this.#toggle(from.place);
      return;
    }
    const to = beside(this.items, from, event.key);
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    to.node.focus();
    to.node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

const howToRead = () =>
  say(
    "Blue is above zero, red below; zero is the colour of the page. Point at a map to see what it is made of and what it feeds; click it to open it.",
  );
