// The list of the keys of a page.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";

/** @returns {HTMLDialogElement} closed at first */
export function listOfKeys() {
  const rows = [
    [say("Space"), say("start, pause, play")],
    ["← →", say("one step back, one step on")],
    ["n p", say("next lesson, lesson before")],
    ["f", say("full screen")],
    ["Esc", say("leave the presenter view")],
    [say("Ctrl Z"), say("undo")],
    ["?", say("this list")],
  ];
  const table = rows.map(([key, does]) =>
    element("tr", {}, element("th", { scope: "row" }, key), element("td", {}, does)),
  );
  const close = element("button", { type: "button" }, say("Close"));
  const list = element("dialog", { "aria-label": say("Keys") }, element("table", {}, ...table), close);
  close.onclick = () => list.close();
  return list;
}
