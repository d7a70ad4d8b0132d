// A row of links, each with a small picture of the page that it leads to.

import { element } from "../shared/dom.js";
import { DRAWINGS, SIZE } from "./drawings.js";

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.view ??= new LessonCards(parentElement.querySelector(".lesson-cards"));
  const { view } = parentElement;
  view.follow = (name) => setTriggerValue("followed", name);
  view.update(data);
}

class LessonCards {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.canvases = new Map(); // name of a lesson to its canvas
  }

  update({ cards }) {
    const names = cards.map(({ name }) => name);
    if (names.join() !== [...this.canvases.keys()].join()) {
      this.root.replaceChildren(...cards.map((card) => this.#card(card)));
    }
    for (const { name, picture, address } of cards) {
      const canvas = this.canvases.get(name);
      canvas.closest("a").href = address;
      canvas.toggleAttribute("data-waiting", !picture);
      if (picture) this.#draw(canvas, picture);
    }
  }

  #card({ name, title, description, address }) {
    const canvas = element("canvas", { class: "picture", role: "img", "aria-label": title });
    this.canvases.set(name, canvas);
    const words = [element("b", {}, title), element("span", {}, description)];
    const card = element("a", { class: "card", href: address, "data-name": name }, canvas, ...words);
    card.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens a tab or a window
      event.preventDefault();
      this.follow(name);
    };
    return card;
  }

  #draw(canvas, { alt, drawing }) {
    const ratio = 2 * (globalThis.devicePixelRatio || 1);
    canvas.width = SIZE.width * ratio;
    canvas.height = SIZE.height * ratio;
    canvas.setAttribute("aria-label", alt);
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--st-${name}`).trim();
    const theme = { text: colour("text-color"), quiet: colour("gray-text-color"), primary: colour("primary-color") };
    DRAWINGS[drawing.kind](pen, drawing, { ...theme, font: style.fontFamily });
  }
}
