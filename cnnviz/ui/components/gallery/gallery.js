// One button per tile; all images come from one sheet, so that many tiles cost one picture.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { rove } from "../shared/roving.js";
import { showTile } from "../shared/sprites.js";

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.view ??= new Gallery(parentElement.querySelector(".gallery"));
  const { view } = parentElement;
  view.follow = (id) => setTriggerValue("followed", id);
  view.update(data);
}

class Gallery {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.root.setAttribute("role", "group");
    this.buttons = [];
    this.chosen = null; // id of the tile that shows its link
  }

  update({ tiles, sheet, address, alt }) {
    this.address = address;
    this.root.setAttribute("aria-label", alt);
    const focused = this.buttons.indexOf(this.root.getRootNode().activeElement);
    this.root.replaceChildren(...tiles.map((tile, index) => this.#draw(tile, index, sheet)));
    this.buttons = [...this.root.querySelectorAll(".tile")];
    if (tiles.length) rove(this.root, this.buttons, () => this.#columns(), this.buttons[focused]);
    this.buttons[focused]?.focus({ preventScroll: true });
  }

  #columns() {
    return getComputedStyle(this.root).gridTemplateColumns.split(" ").length;
  }

  #draw(tile, index, sheet) {
    const picture = element("div", { class: "picture" }, element("span", { class: "mark" }, tile.mark));
    showTile(picture, sheet, index);
    const lines = tile.lines.map((line) => element("span", { class: "line" }, line));
    const attributes = { class: "tile", type: "button", "data-id": tile.id, "aria-label": tile.alt };
    const button = element("button", attributes, picture, ...lines);
    const words = say("See test image {image} pass through the network", { image: tile.id });
    const link = element("a", { class: "link", href: `${this.address}${tile.id}` }, words);
    const cell = element("div", { class: "cell" }, button, link);
    link.hidden = tile.id !== this.chosen;
    button.onclick = () => this.#choose(tile.id, link);
    link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens a tab or a window
      event.preventDefault();
      this.follow(tile.id);
    };
    return cell;
  }

  /** The link stands where the click was. */
  #choose(id, link) {
    for (const other of this.root.querySelectorAll(".link")) other.hidden = other !== link;
    this.chosen = id;
    link.style.translate = "0";
    const [{ right }, { right: edge }] = [link, this.root].map((node) => node.getBoundingClientRect());
    link.style.translate = `${Math.min(0, edge - right)}px`;
  }
}
