// One note per parent element.

import { element } from "../shared/dom.js";

const ARROWS = { up: "↑", down: "↓", left: "←", right: "→" };
const MARGIN = 8; // px between a meaning and the edge of the window

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement }) {
  const { parts, points } = data;
  const text = parts.map(([words, meaning], k) => (meaning ? term(words, meaning, k) : words));
  const arrow = element("span", { class: "arrow", "aria-hidden": "true" }, ARROWS[points]);
  const root = parentElement.querySelector(".note");
  root.className = `note ${points}`;
  root.replaceChildren(arrow, element("p", {}, ...text));
}

/** A word that says what it means when it is pointed at, or has the focus. */
function term(words, meaning, number) {
  const id = `meaning-${number}`;
  const box = element("span", { class: "meaning", role: "tooltip", id }, meaning);
  const button = element("button", { type: "button", "aria-describedby": id }, words);
  const whole = element("span", { class: "term" }, button, box);
  const settle = () => {
    box.style.translate = "0";
    const { left, right } = box.getBoundingClientRect();
    const over = Math.max(0, right + MARGIN - window.innerWidth);
    box.style.translate = `${-over || Math.max(0, MARGIN - left)}px`;
  };
  whole.addEventListener("pointerenter", settle);
  whole.addEventListener("focusin", settle);
  return whole;
}
