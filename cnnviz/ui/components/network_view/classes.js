// The classes at the end of a network: a bar for each probability.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { fixed } from "../shared/numbers.js";

const ROW = 41; // px, at most

/**
 * Where the rows stand, px.
 * @param {{ x: number, y: number }} place
 * @param {number} count
 * @param {number} height of the picture
 * @param {number} k of the class
 */
export function boxOfClass({ x, y }, count, height, k) {
  const row = Math.min(ROW, (height - y) / count);
  return { x, y: y + k * row, width: 128, height: row - 2 };
}

/**
 * The row of a class.
 * @returns {HTMLElement}
 */
export function classRow() {
  const bar = element("i", { class: "bar" });
  const row = element("div", { class: "class", role: "img" });
  row.append(
    element("b", { class: "name" }),
    element("span", { class: "track" }, bar),
    element("span", { class: "share" }),
  );
  return row;
}

/**
 * Write a class into its row.
 * @param {HTMLElement} row
 * @param {{ name: string, probability: number, written: string, logit: number }} one
 * @param {{ largest: boolean, truth: boolean }} what
 */
export function writeClass(row, { name, probability, written, logit }, { largest, truth }) {
  const [label, track, share] = row.children;
  label.textContent = name;
  track.firstChild.style.width = `${100 * probability}%`;
  share.textContent = written;
  row.classList.toggle("largest", largest);
  row.classList.toggle("truth", truth);
  const values = { name, probability: written, logit: fixed(logit, 2) };
  const words = truth
    ? say("Class {name}, the true one: probability {probability}, logit {logit}", values)
    : say("Class {name}: probability {probability}, logit {logit}", values);
  row.setAttribute("aria-label", words);
}
