// A picture is chosen or dropped. A large one, as phones take them, is reduced before it is sent, and one of another format
// is made a PNG; whatever the browser cannot read is sent as it is, and Python says what is wrong with it.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";

const LARGEST_SIDE = 1024; // px that are sent
const FORMATS = [
  [0x89, 0x50, 0x4e, 0x47], // PNG
  [0xff, 0xd8, 0xff], // JPEG
]; // how the files begin that Python reads, whatever their names say

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.view ??= new PicturePicker(parentElement.querySelector(".picture-picker"));
  const { view } = parentElement;
  view.limit = data.limit;
  view.onChoose = (chosen) => setTriggerValue("chosen", chosen);
}

class PicturePicker {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.input = element("input", { type: "file", accept: "image/*,.jfif" });
    this.name = element("span", { class: "name" });
    this.label = element("label", {}, this.input, say("Choose a PNG or JPEG file, or drop it here"), this.name);
    root.append(this.label);
    this.input.onchange = () => this.#take(this.input.files[0]);
    this.#listen();
  }

  #listen() {
    const { label } = this;
    const over = (event, isOver) => {
      event.preventDefault();
      label.classList.toggle("over", isOver);
    };
    label.ondragover = (event) => over(event, true);
    label.ondragleave = (event) => over(event, false);
    label.ondrop = (event) => {
      over(event, false);
      this.#take(event.dataTransfer.files[0]);
    };
  }

  /** Send a file; of two that are chosen quickly, the second. */
  async #take(file) {
    if (!file) return;
    this.newest = file;
    this.name.textContent = file.name;
    const sent = await readable(file);
    const content = sent.size > this.limit ? null : await base64(sent);
    if (this.newest === file) this.onChoose([sent.size, content]);
    this.input.value = ""; // the same file can be chosen again
  }
}

/**
 * The picture in a file with at most LARGEST_SIDE pixels a side, as PNG; the file itself where Python reads it as it is, or
 * where it is no picture.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
async function readable(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  if (scale === 1 && (await isKnown(file))) return file;
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob((small) => resolve(small ?? file), "image/png"));
}

async function isKnown(file) {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return FORMATS.some((format) => format.every((byte, k) => start[k] === byte));
}

/**
 * @param {Blob} file
 * @returns {Promise<string>}
 */
function base64(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.readAsDataURL(file);
  });
}
