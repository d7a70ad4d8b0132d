// A table of buttons. Only mistakes have a colour: none is the colour of the page, the most frequent one the full colour.

import { faded, NEGATIVE } from "../shared/colours.js";
import { element } from "../shared/dom.js";
import { say, sayCount } from "../shared/language.js";
import { grouped } from "../shared/numbers.js";
import { rove } from "../shared/roving.js";

const FULL = 0.75; // opacity of the full colour: the number on it stays readable, in both themes

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.view ??= new ConfusionMatrix(parentElement.querySelector(".confusion-matrix"));
  const { view } = parentElement;
  view.press = (pair) => setTriggerValue("pair", pair);
  view.update(data);
}

class ConfusionMatrix {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.axes = element("div", { class: "axes", "aria-hidden": "true" });
    this.axes.append(element("span", {}, say("True class ↓")), element("span", {}, say("Predicted class →")));
    this.table = element("table", { role: "grid" });
    root.append(this.axes, this.table);
  }

  update({ counts, classes, chosen, alt }) {
    this.table.setAttribute("aria-label", alt);
    if (this.classes?.join() !== classes.join()) this.#make(classes);
    const most = Math.max(1, ...counts.flatMap((row, label) => row.filter((_, predicted) => predicted !== label)));
    for (const [label, row] of counts.entries()) {
      for (const [predicted, count] of row.entries()) this.#show(label, predicted, count, most);
    }
    const marked = chosen && this.#button(...chosen);
    for (const button of this.buttons) button.setAttribute("aria-pressed", button === marked);
    if (marked) rove(this.table, this.buttons, () => classes.length, marked);
  }

  /** The table, without its numbers: a button that has the focus keeps it while the numbers change. */
  #make(classes) {
    this.classes = classes;
    this.buttons = [];
    const names = classes.map((name) => element("th", { scope: "col" }, name));
    const head = element("tr", {}, element("td", { class: "corner" }), ...names);
    const rows = classes.map((name, label) => {
      const cells = classes.map((_, predicted) => this.#cell(label, predicted));
      return element("tr", {}, element("th", { scope: "row" }, name), ...cells);
    });
    this.table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
    rove(this.table, this.buttons, () => classes.length);
  }

  #cell(label, predicted) {
    const button = element("button", { type: "button" });
    button.onclick = () => this.press([label, predicted]);
    this.buttons.push(button);
    return element("td", { class: label === predicted ? "right" : "mistakes" }, button);
  }

  #show(label, predicted, count, most) {
    const button = this.#button(label, predicted);
    const names = { label: this.classes[label], predicted: this.classes[predicted], number: grouped(count) };
    const alt = sayCount(
      "true {label}, predicted {predicted}: {number} image",
      "true {label}, predicted {predicted}: {number} images",
      count,
      names,
    );
    button.setAttribute("aria-label", alt);
    button.textContent = count;
    button.classList.toggle("none", count === 0);
    if (label !== predicted) button.style.background = faded(NEGATIVE, (FULL * count) / most);
  }

  #button(label, predicted) {
    return this.buttons[label * this.classes.length + predicted];
  }
}
