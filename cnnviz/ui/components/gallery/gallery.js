// One button per tile; all images come from one sheet, so that 24 tiles cost one picture.

const SIDE = 84; // px on screen

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function picture(sheet, index) {
  const made = element("div", "picture");
  const column = index % sheet.columns, row = Math.floor(index / sheet.columns);
  const rows = Math.ceil(sheet.lines.length / sheet.columns);
  made.style.backgroundImage = `url(${new URL(sheet.url, document.baseURI).href})`;
  made.style.backgroundSize = `${sheet.columns * SIDE}px ${rows * SIDE}px`;
  made.style.backgroundPosition = `-${column * SIDE}px -${row * SIDE}px`;
  return made;
}

function draw(tile, index, sheet, choose) {
  const button = element("button", "tile");
  button.type = "button";
  button.dataset.id = tile.id;
  button.setAttribute("aria-label", tile.alt);
  const face = picture(sheet, index);
  face.append(element("span", "mark", tile.mark));
  button.append(face, ...tile.lines.map((line) => element("span", "line", line)));
  button.onclick = () => choose(tile.id);
  return button;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".gallery");
  const choose = (id) => setStateValue("chosen", id);
  root.replaceChildren(...data.tiles.map((tile, index) => draw(tile, index, data.sheet, choose)));
}
