// A network at work: a column of maps for each layer, the classes at the end. What a map is made of and what it feeds is
// drawn while it is pointed at; a click opens it.

import { range } from "../shared/arrays.js";
import { element, shape } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { paint, under } from "../shared/maps.js";
import { boxOfClass, classRow, writeClass } from "./classes.js";
import { edgesFrom, edgesTo } from "./connections.js";
import { boxOf, columnsOfStrip, isStrip, layout } from "./layout.js";
import { Numbers } from "./numbers.js";
import { Opened } from "./opened.js";
import { linesOf, nameOf, numberAt } from "./words.js";

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
    this.focused = this.root.getRootNode().activeElement?.dataset.name ?? this.focused;
    const { parts } = this.data;
    this.placed = layout(parts, { width, height, expanded: this.expanded });
    const size = { width: this.placed.width, height: this.placed.height };
    this.scene.style.cssText = `width: ${size.width}px; height: ${size.height}px`;
    this.edges = shape("svg", { ...size, class: "edges", "aria-hidden": "true" });
    this.tiles = parts.slice(0, -1).flatMap((part) => this.#tilesOf(part));
    this.rows = this.data.classes.map((_, k) => this.#class(k));
    this.items = [...this.tiles, ...this.rows];
    this.scene.replaceChildren(this.edges, ...this.#words(), ...this.items.map(({ node }) => node));
    this.#stop(this.items.find(({ node }) => node.dataset.name === this.focused) ?? this.items[0]);
    this.#paint();
    this.#point(null);
  }

  /** Names and shapes above the columns, and above these the names of blocks. */
  #words() {
    const parts = this.data.parts.slice(0, -1);
    const heads = parts.map((part) => {
      const { x, head, room } = this.placed.spots.get(part.name);
      const inner = this.#sharesColumn(part.name);
      const lines = inner ? [part.title, part.shape.join("×")] : linesOf(part, this.placed.long);
      const [name, ...others] = lines.map((line) => element("span", {}, line));
      const title = part.name;
      const box = `left: ${x}px; top: ${head}px; width: ${room - 3}px`;
      return element("div", { class: inner ? "head inner" : "head", style: box, title }, name, ...others);
    });
    const { x, y } = this.placed.classes;
    const names = [element("span", {}, say("class")), element("span", {}, say("probability"))];
    const top = this.placed.spots.get(parts[0].name).head;
    const classes = element("div", { class: "head", style: `left: ${x}px; top: ${top}px; height: ${y}px` }, ...names);
    return [...this.#blocks(parts), ...heads, classes];
  }

  #blocks(parts) {
    const names = [...new Set(parts.map(({ block }) => block).filter(Boolean))];
    return names.map((name) => {
      const spots = parts.filter(({ block }) => block === name).map((part) => this.placed.spots.get(part.name));
      const left = Math.min(...spots.map(({ x }) => x));
      const right = Math.max(...spots.map(({ x, room }) => x + room)) - 6;
      return element("div", { class: "block", style: `left: ${left}px; width: ${right - left}px` }, name);
    });
  }

  #sharesColumn(name) {
    const { column } = this.placed.spots.get(name);
    return [...this.placed.spots.values()].filter((spot) => spot.column === column).length > 1;
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
      this.focused = node.dataset.name;
      this.#build();
      this.items.find((item) => item.node.dataset.name === this.focused)?.node.focus();
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
    const to = this.#beside(from, event.key);
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    to.node.focus();
    to.node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** Where an arrow key leads: within the column, else to what stands at the same height in the next one. */
  #beside(from, key) {
    const own = this.items.filter((item) => item.column === from.column && item !== from);
    const near = (items, across) => nearest(items, from.box, across);
    switch (key) {
      case "ArrowUp":
        return near(
          own.filter(({ box }) => box.y < from.box.y - 1),
          false,
        );
      case "ArrowDown":
        return near(
          own.filter(({ box }) => box.y > from.box.y + 1),
          false,
        );
      case "ArrowLeft":
      case "ArrowRight":
        return this.#sideways(from, key === "ArrowRight" ? 1 : -1);
      case "Home":
        return this.items[0];
      case "End":
        return this.items.at(-1);
      default:
        return undefined;
    }
  }

  #sideways(from, way) {
    const ahead = this.items.filter(({ box }) => (box.x - from.box.x) * way > 1);
    const own = ahead.filter(({ column, box }) => column === from.column && Math.abs(box.y - from.box.y) < 2);
    if (own.length) return nearest(own, from.box, true);
    const others = ahead.filter(({ column }) => column !== from.column);
    const columns = others.map(({ column }) => column);
    const next = way > 0 ? Math.min(...columns) : Math.max(...columns);
    return nearest(
      others.filter(({ column }) => column === next),
      from.box,
      true,
    );
  }
}

const howToRead = () =>
  say(
    "Blue is above zero, red below; zero is the colour of the page. Point at a map to see what it is made of and what it feeds; click it to open it.",
  );

/** The nearest of some items; of those at equal distance along one axis the nearest along the other. */
function nearest(items, { x, y, height, width }, across) {
  const distance = ({ box }) => {
    const down = Math.abs(box.y + box.height / 2 - y - height / 2);
    const aside = Math.abs(box.x + box.width / 2 - x - width / 2);
    return across ? [down, aside] : [aside > 30 ? aside + 1000 : 0, down];
  };
  const compare = (a, b) => {
    const [first, second] = [distance(a), distance(b)];
    return first[0] - second[0] || first[1] - second[1];
  };
  return items.toSorted(compare)[0];
}
