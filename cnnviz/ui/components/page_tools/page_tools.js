// The tools of a page, and its keys. State that only the browser knows stands as data-… at the root of the page, where
// the style sheet of the frame reads it.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { listOfKeys } from "./key_list.js";
import { act } from "./keys.js";

const NOTES = "cnnviz-notes"; // in the storage of the browser: whether notes are hidden
const SCREEN = '<path d="M1 2h14v9H1zM8 11v3M4 14.5h8"/>';
const NOTE = '<path d="M2 2h12v9H7l-3 3v-3H2zM5 5.5h6M5 8h4"/>';
const KEYS = '<path d="M1 4h14v8H1zM3.5 6.5h1M6.5 6.5h1M9.5 6.5h1M12 6.5h.5M5 9.5h6"/>';
const root = document.documentElement;

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setStateValue }) {
  parentElement.view ??= new PageTools(parentElement.querySelector(".page-tools"));
  const { view } = parentElement;
  view.tell = (presents) => setStateValue("presents", presents);
  view.update(data);
  return () => {
    view.close();
    parentElement.view = undefined;
  };
}

class PageTools {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.keys = listOfKeys();
    this.presenting = tool(SCREEN, say("Presenter view"), () => this.present(!this.presents));
    this.noting = tool(NOTE, say("Notes beside the pictures"), () => this.note(!this.notes));
    const help = tool(KEYS, say("Keys"), () => this.list());
    this.ring = element("div", { class: "ring", "aria-hidden": "true" });
    place.append(this.noting, this.presenting, help, this.keys, this.ring);
    this.onKey = (event) => act(event, this);
    this.onMove = ({ clientX, clientY }) => {
      this.ring.style.translate = `${clientX}px ${clientY}px`;
    };
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("pointermove", this.onMove);
    this.note(localStorage.getItem(NOTES) !== "hidden");
  }

  update({ presents }) {
    this.#show(presents);
    const style = getComputedStyle(this.place);
    for (const name of ["background-color", "text-color", "primary-color", "border-color"]) {
      root.style.setProperty(`--st-${name}`, style.getPropertyValue(`--st-${name}`));
    }
  }

  present(presents) {
    this.#show(presents);
    this.tell(presents);
  }

  /** Leave the presenter view; whether it was shown. */
  leave() {
    const { presents } = this;
    if (presents) this.present(false);
    return presents;
  }

  /** Show the list of keys. */
  list() {
    this.keys.showModal();
    return true;
  }

  #show(presents) {
    this.presents = presents;
    root.toggleAttribute("data-present", presents);
    this.presenting.setAttribute("aria-pressed", presents);
    globalThis.dispatchEvent(new Event("resize"));
  }

  note(notes) {
    this.notes = notes;
    root.toggleAttribute("data-without-notes", !notes);
    this.noting.setAttribute("aria-pressed", notes);
    localStorage.setItem(NOTES, notes ? "shown" : "hidden");
  }

  close() {
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("pointermove", this.onMove);
    this.place.replaceChildren();
  }
}

function tool(drawing, label, act) {
  const button = element("button", { type: "button", title: label, "aria-label": label });
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${drawing}</svg>`;
  button.onclick = act;
  return button;
}
