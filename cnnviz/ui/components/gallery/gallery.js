// One button per tile; all images come from one sheet, so that 24 tiles cost one picture.

import { element } from "../shared/dom.js";
import { showTile } from "../shared/sprites.js";

/** Called by Streamlit with every change of the data. */
export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".gallery");
  const choose = (id) => setStateValue("chosen", id);
  root.replaceChildren(...data.tiles.map((tile, index) => draw(tile, index, data.sheet, choose)));
}

function draw(tile, index, sheet, choose) {
  const picture = element("div", { class: "picture" }, element("span", { class: "mark" }, tile.mark));
  showTile(picture, sheet, index);
  const lines = tile.lines.map((line) => element("span", { class: "line" }, line));
  const attributes = { class: "tile", type: "button", "data-id": tile.id, "aria-label": tile.alt };
  const button = element("button", attributes, picture, ...lines);
  button.onclick = () => choose(tile.id);
  return button;
}
