// A row of small images of one sheet. The Tab key reaches one of them, the arrow keys all.

import { element } from "../shared/dom.js";
import { rove } from "../shared/roving.js";

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".image-strip");
  parentElement.view ??= new ImageStrip(root);
  const { view } = parentElement;
  view.choose = (id) => setTriggerValue("chosen", id);
  view.update(data);
}

class ImageStrip {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    root.setAttribute("role", "group");
  }

  update({ url, images, chosen, alt }) {
    this.root.setAttribute("aria-label", alt);
    const ids = JSON.stringify([url, images]);
    if (ids !== this.ids) {
      this.ids = ids;
      this.buttons = images.map((image, k) => this.#button(image, k, url, images.length));
      this.root.replaceChildren(...this.buttons);
      rove(this.root, this.buttons, () => images.length);
    }
    for (const [k, button] of this.buttons.entries()) button.setAttribute("aria-pressed", images[k].id === chosen);
  }

  #button({ id, alt }, k, url, count) {
    const button = element("button", { type: "button", "aria-label": alt, title: alt, "data-id": id });
    button.style.backgroundImage = `url(${new URL(url, document.baseURI).href})`;
    button.style.backgroundSize = `${100 * count}% 100%`;
    button.style.backgroundPosition = `${(100 * k) / Math.max(count - 1, 1)}% 0`;
    button.onclick = () => this.choose(id);
    return button;
  }
}
