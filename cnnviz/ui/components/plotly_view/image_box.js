// The enlarged image beside the pointer, with its line of text.

import { element } from "../shared/dom.js";
import { showTile } from "../shared/sprites.js";

const BESIDE = 16; // px from the pointer

/** Put `root` into the page. */
export class ImageBox {
  constructor() {
    this.tile = element("div", { class: "tile" });
    this.line = element("div", { class: "line", "aria-live": "polite" });
    this.root = element("div", { class: "plotly-view-image", hidden: "" }, this.tile, this.line);
    this.lines = [];
  }

  /**
   * The images from now on; their lines of text are fetched once per address.
   * @param {{ url: string, columns: number, lines: string } | null} sheet
   */
  async show(sheet) {
    const isNew = sheet && this.sheet?.lines !== sheet.lines;
    this.sheet = sheet;
    if (!isNew) return;
    const answer = await fetch(new URL(sheet.lines, document.baseURI));
    const lines = await answer.json();
    if (this.sheet?.lines === sheet.lines) this.lines = lines;
  }

  /**
   * Show the image of a row beside the pointer.
   * @param {unknown} row
   * @param {MouseEvent} event
   */
  point(row, { clientX, clientY }) {
    if (!this.sheet || typeof row !== "number") return;
    showTile(this.tile, this.sheet, row);
    this.line.textContent = this.lines[row] ?? "";
    this.root.hidden = false;
    this.#stand(clientX, clientY);
  }

  /** Right of and below the pointer, or on its other side where the window ends. */
  #stand(x, y) {
    const { width, height } = this.root.getBoundingClientRect();
    const left = x + BESIDE + width > innerWidth ? x - BESIDE - width : x + BESIDE;
    const top = y + BESIDE + height > innerHeight ? y - BESIDE - height : y + BESIDE;
    this.root.style.left = `${Math.max(4, left)}px`;
    this.root.style.top = `${Math.max(4, top)}px`;
  }

  hide() {
    this.root.hidden = true;
  }
}
