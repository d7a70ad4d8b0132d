// Draws each row as a heading and one small canvas per map; tells the number under the pointer.

const RED = [165, 15, 21], WHITE = [255, 255, 255], BLUE = [11, 47, 168];

function unpack(row) {
  const bytes = Uint8Array.from(atob(row.values), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/** The colour of a value in -1..1, red below zero and blue above. */
function colour(value) {
  const end = value < 0 ? RED : BLUE, share = Math.min(Math.abs(value), 1);
  return WHITE.map((white, channel) => white + (end[channel] - white) * share);
}

function paint(canvas, row, values, channel) {
  canvas.width = row.width;
  canvas.height = row.height;
  const context = canvas.getContext("2d");
  const picture = context.createImageData(row.width, row.height);
  const size = row.width * row.height;
  for (let pixel = 0; pixel < size; pixel++) {
    const [red, green, blue] = colour(values[channel * size + pixel] / (row.largest || 1));
    picture.data.set([red, green, blue, 255], 4 * pixel);
  }
  context.putImageData(picture, 0, 0);
}

/** Width and height of a drawn number: maps are readable, and a long row of numbers still fits. */
function scale(row) {
  if (row.height === 1) return row.width > 60 ? [2, 18] : [18, 18];
  const side = Math.max(2, Math.min(14, Math.floor(72 / Math.max(row.width, row.height))));
  return [side, side];
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawRow(row, readout) {
  const section = element("section", "row");
  const heading = element("div", "heading");
  heading.append(element("b", "title", row.title), element("span", "note", row.note));
  const tiles = element("div", "tiles"), values = unpack(row), [across, down] = scale(row);
  for (let channel = 0; channel < row.channels; channel++) {
    const canvas = element("canvas", "map");
    paint(canvas, row, values, channel);
    canvas.style.width = `${row.width * across}px`;
    canvas.style.height = `${row.height * down}px`;
    canvas.onpointermove = (event) => tell(event, canvas, row, values, channel, readout);
    canvas.onpointerleave = () => { readout.hidden = true; };
    tiles.append(canvas);
  }
  section.append(heading, tiles);
  return section;
}

function tell(event, canvas, row, values, channel, readout) {
  const box = canvas.getBoundingClientRect();
  const at = (offset, length, count) => Math.max(0, Math.min(count - 1, Math.floor((offset / length) * count)));
  const y = at(event.clientY - box.top, box.height, row.height);
  const x = at(event.clientX - box.left, box.width, row.width);
  const value = values[(channel * row.height + y) * row.width + x];
  readout.textContent = `${row.title}, ${row.channel} ${channel}, row ${y}, column ${x}: ${value.toFixed(4)}`;
  readout.hidden = false;
  const right = event.clientX + 16 + readout.offsetWidth > document.documentElement.clientWidth;
  readout.style.left = `${right ? Math.max(4, event.clientX - 16 - readout.offsetWidth) : event.clientX + 16}px`;
  readout.style.top = `${event.clientY + 16}px`;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".feature-maps");
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", data.alt);
  const readout = element("output", "readout");
  readout.hidden = true;
  root.replaceChildren(...data.rows.map((row) => drawRow(row, readout)), readout);
}
