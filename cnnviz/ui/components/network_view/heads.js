// The words above the maps: names and shapes, and above these the names of blocks.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { linesOf } from "./words.js";

/**
 * @param {import("./connections.js").Part[]} parts the classes last
 * @param {{ spots: Map<string, import("./layout.js").Spot>, classes: { x: number, y: number }, long: boolean }} placed
 * @returns {HTMLElement[]}
 */
export function heads(parts, { spots, classes, long }) {
  const shown = parts.slice(0, -1);
  const names = [say("class"), say("probability")];
  const end = head(names, { x: classes.x, head: spots.get(parts[0].name).head, room: 120 }, "");
  return [...blocks(shown, spots), ...shown.map((part) => headOf(part, spots, long)), end];
}

function headOf(part, spots, long) {
  const spot = spots.get(part.name);
  const isAlone = [...spots.values()].filter(({ column }) => column === spot.column).length === 1;
  const lines = isAlone ? linesOf(part, long) : [part.title, part.shape.join("×")];
  return head(lines, spot, part.name, isAlone ? "head" : "head inner");
}

function head(lines, { x, head, room }, title, name = "head") {
  const style = `left: ${x}px; top: ${head}px; width: ${room - 3}px`;
  return element("div", { class: name, style, title }, ...lines.map((line) => element("span", {}, line)));
}

/** The names of blocks, each over the columns of its parts. */
function blocks(parts, spots) {
  const names = [...new Set(parts.map(({ block }) => block).filter(Boolean))];
  return names.map((name) => {
    const own = parts.filter(({ block }) => block === name).map((part) => spots.get(part.name));
    const left = Math.min(...own.map(({ x }) => x));
    const right = Math.max(...own.map(({ x, room }) => x + room)) - 6;
    return element("div", { class: "block", style: `left: ${left}px; width: ${right - left}px` }, name);
  });
}
