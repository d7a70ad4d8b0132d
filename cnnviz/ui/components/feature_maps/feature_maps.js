// Rows of small canvases, one per map; the number under the pointer is told.

import { largestOf, range, unpack } from "../shared/arrays.js";
import { signedPixel } from "../shared/colours.js";
import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { clamp } from "../shared/numbers.js";

const BESIDE = 16; // px from the pointer to the readout

/** Called by Streamlit with every change of the data. */
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".feature-maps");
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", data.alt);
  const readout = element("output", { class: "readout", hidden: "" });
  root.replaceChildren(...data.rows.map((row) => drawRow({ ...row, maps: unpack(row.maps) }, readout)), readout);
}

function drawRow(row, readout) {
  const heading = element("div", { class: "heading" });
  heading.append(element("b", { class: "title" }, row.title), element("span", { class: "note" }, row.note));
  const largest = largestOf(row.maps.values);
  const tiles = range(row.maps.shape[0]).map((channel) => drawMap(row, channel, largest, readout));
  return element("section", { class: "row" }, heading, element("div", { class: "tiles" }, ...tiles));
}

function drawMap(row, channel, largest, readout) {
  const [, height, width] = row.maps.shape;
  const canvas = element("canvas", { class: "map", width, height });
  const [across, down] = pixelSize(width, height);
  canvas.style.width = `${width * across}px`;
  canvas.style.height = `${height * down}px`;
  paint(canvas, row.maps, channel, largest);
  canvas.onpointermove = (event) => tell(event, canvas, row, channel, readout);
  canvas.onpointerleave = () => {
    readout.hidden = true;
  };
  return canvas;
}

function paint(canvas, { shape, values }, channel, largest) {
  const [, height, width] = shape;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  const first = channel * height * width;
  for (let pixel = 0; pixel < height * width; pixel++) {
    picture.data.set(signedPixel(values[first + pixel] / largest), 4 * pixel);
  }
  context.putImageData(picture, 0, 0);
}

/** Width and height of a drawn number, in px: maps are readable, and a long row of numbers still fits. */
function pixelSize(width, height) {
  if (height === 1) return width > 60 ? [2, 18] : [18, 18];
  const side = Math.max(2, Math.min(14, Math.floor(72 / Math.max(width, height))));
  return [side, side];
}

function tell(event, canvas, row, channel, readout) {
  const [, height, width] = row.maps.shape;
  const box = canvas.getBoundingClientRect();
  const at = (offset, length, count) => clamp(Math.floor((offset / length) * count), count - 1);
  const y = at(event.clientY - box.top, box.height, height);
  const x = at(event.clientX - box.left, box.width, width);
  const value = row.maps.at(channel, y, x).toFixed(4);
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
