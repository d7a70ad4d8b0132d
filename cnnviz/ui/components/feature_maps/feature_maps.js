// Rows of small canvases, one per map; the number under the pointer is told, and a click makes a map large.

import { largestOf, range, unpack } from "../shared/arrays.js";
import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { paint, under } from "../shared/maps.js";
import { fixed } from "../shared/numbers.js";
import { rove } from "../shared/roving.js";

const BESIDE = 16; // px from the pointer to the readout
const LARGE = 320; // px, about, of a map that was made large

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".feature-maps");
  parentElement.large ??= new Set(); // titles and channels; another image shows the same maps large
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", data.alt);
  const readout = element("output", { class: "readout", hidden: "" });
  const view = { readout, large: parentElement.large };
  root.replaceChildren(...data.rows.map((row) => drawRow({ ...row, maps: unpack(row.maps) }, view)), readout);
  const maps = [...root.querySelectorAll(".map")];
  rove(root, maps, () => maps.filter((map) => map.offsetTop === maps[0].offsetTop).length);
}

function drawRow(row, view) {
  const heading = element("div", { class: "heading" });
  heading.append(element("b", { class: "title" }, row.title), element("span", { class: "note" }, row.note));
  const largest = largestOf(row.maps.values);
  const tiles = range(row.maps.shape[0]).map((channel) => drawMap(row, channel, largest, view));
  return element("section", { class: "row" }, heading, element("div", { class: "tiles" }, ...tiles));
}

function drawMap(row, channel, largest, { readout, large }) {
  const [, height, width] = row.maps.shape;
  const label = say("{title}, {map} {channel}: larger", { title: row.title, map: row.channel, channel });
  const canvas = element("canvas", { class: "map", width, height, role: "button", tabindex: 0, "aria-label": label });
  const name = `${row.title} ${channel}`;
  const resize = () => {
    const [across, down] = large.has(name) ? largeSize(width, height) : pixelSize(width, height);
    canvas.style.width = `${width * across}px`;
    canvas.style.height = `${height * down}px`;
    canvas.setAttribute("aria-pressed", large.has(name));
  };
  canvas.onclick = () => {
    if (!large.delete(name)) large.add(name);
    resize();
  };
  canvas.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    canvas.click();
  };
  resize();
  const first = channel * height * width;
  paint(canvas, { rows: height, columns: width, value: (k) => row.maps.values[first + k], largest });
  canvas.onpointermove = (event) => tell(event, canvas, row, channel, readout);
  canvas.onpointerleave = () => {
    readout.hidden = true;
  };
  return canvas;
}

/** Width and height of a drawn number, in px: maps are readable, and a long row of numbers still fits. */
function pixelSize(width, height) {
  if (height === 1) return width > 60 ? [2, 18] : [18, 18];
  const side = Math.max(2, Math.min(14, Math.floor(72 / Math.max(width, height))));
  return [side, side];
}

/** The same for a map that was made large. */
function largeSize(width, height) {
  const side = Math.max(2, Math.floor(LARGE / Math.max(width, height)));
  return height === 1 ? [Math.min(side, 36), 36] : [side, side];
}

function tell(event, canvas, row, channel, readout) {
  const [y, x] = under(event, canvas);
  const value = fixed(row.maps.at(channel, y, x), 4);
  const place = { title: row.title, map: row.channel, channel, row: y, column: x, value };
  readout.textContent = say("{title}, {map} {channel}, row {row}, column {column}: {value}", place);
  readout.hidden = false;
  standBeside(readout, event);
}

/** To the right of the pointer, or to its left where the page ends. */
function standBeside(readout, { clientX, clientY }) {
  const width = readout.offsetWidth;
  const right = clientX + BESIDE + width <= document.documentElement.clientWidth;
  readout.style.left = `${right ? clientX + BESIDE : Math.max(4, clientX - BESIDE - width)}px`;
  readout.style.top = `${clientY + BESIDE}px`;
}
