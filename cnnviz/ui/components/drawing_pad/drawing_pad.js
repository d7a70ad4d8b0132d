// Strokes are drawn on a canvas of 28x28 pixels, shown enlarged; Python gets them after each stroke. What is drawn is in
// the opacity of the pixels, so that they look like every image: zero is white, the ink is black.

import { range } from "../shared/arrays.js";
import { greyPixel, INK, ZERO } from "../shared/colours.js";
import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";

const SIDE = 28;
const THICKNESS = { pen: 2.4, eraser: 4 }; // pixels

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.view ??= new DrawingPad(parentElement.querySelector(".drawing-pad"), data.pixels);
  parentElement.view.onDraw = (pixels) => setTriggerValue("drawn", pixels);
}

class DrawingPad {
  /**
   * @param {HTMLElement} root
   * @param {number[] | null} pixels 0..255, row by row
   */
  constructor(root, pixels) {
    const label = say("Drawing pad of 28 by 28 pixels: draw with a mouse, a pen or a finger.");
    this.canvas = element("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": label });
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    const clear = element("button", { type: "button" }, say("Clear"));
    clear.onclick = () => {
      this.#clear();
      this.onDraw(this.#pixels());
    };
    const inks = [inkChoice("pen", say("Pen"), { checked: "" }), inkChoice("eraser", say("Eraser"))];
    this.tools = element("div", { class: "tools" }, ...inks, clear);
    root.append(this.canvas, this.tools);
    this.canvas.style.background = ZERO;
    if (pixels) this.#restore(pixels);
    this.#listen();
  }

  #listen() {
    const { canvas } = this;
    let last = null;
    canvas.onpointerdown = (event) => {
      event.preventDefault(); // a stroke selects no text
      canvas.setPointerCapture(event.pointerId);
      last = this.#place(event);
      this.#stroke(last, last);
    };
    canvas.onpointermove = (event) => {
      if (!last) return;
      for (const moved of event.getCoalescedEvents?.() ?? [event]) {
        const next = this.#place(moved);
        this.#stroke(last, next);
        last = next;
      }
    };
    const end = () => {
      if (last) this.onDraw(this.#pixels());
      last = null;
    };
    canvas.onpointerup = end;
    canvas.onpointercancel = end;
  }

  /** Where the pointer is, in pixels of the pad. */
  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  #stroke(from, to) {
    const { context } = this;
    const ink = this.tools.querySelector("input:checked").value;
    context.globalCompositeOperation = ink === "pen" ? "source-over" : "destination-out";
    context.strokeStyle = INK;
    context.lineWidth = THICKNESS[ink];
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(to[0] + 0.01, to[1]); // a dot is a very short line
    context.stroke();
  }

  #clear() {
    this.context.clearRect(0, 0, SIDE, SIDE);
  }

  #restore(pixels) {
    const image = this.context.createImageData(SIDE, SIDE);
    const [red, green, blue] = greyPixel(1);
    for (const [k, value] of pixels.entries()) image.data.set([red, green, blue, value], 4 * k);
    this.context.putImageData(image, 0, 0);
  }

  #pixels() {
    const { data } = this.context.getImageData(0, 0, SIDE, SIDE);
    return range(SIDE * SIDE).map((k) => data[4 * k + 3]);
  }
}

function inkChoice(value, label, attributes = {}) {
  return element("label", {}, element("input", { type: "radio", name: "ink", value, ...attributes }), ` ${label}`);
}
