// The field over a weight, into which its new number is written.

import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { read } from "../shared/numbers.js";

const WIDTH = 68; // px
const LOWEST = 26; // px

/**
 * Lay a field over a weight; enter or leaving it gives the weight its new number, escape does not.
 * @param {import("./convolution_view.js").ConvolutionView} view
 * @param {import("./panels.js").Panel} panel of the kernel
 * @param {number} row
 * @param {number} column
 */
export function edit(view, panel, row, column) {
  view.player.pause();
  const { grid, slice } = panel;
  const field = fieldOver(grid, row, column, panel.value(row, column));
  const done = (kept) => {
    field.onblur = null;
    field.remove();
    const number = kept ? numberIn(field.value) : null;
    if (number === null || number === panel.value(row, column)) grid.svg.focus();
    else view.setTriggerValue("edited", [view.state.channel, slice, row, column, number]);
  };
  field.onblur = () => done(true);
  field.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "Enter" || event.key === "Escape") done(event.key === "Enter");
  };
  grid.box.append(field);
  field.select();
}

function fieldOver({ cell }, row, column, value) {
  const label = say("Weight, row {row}, column {column}", { row, column });
  const field = element("input", { class: "editor", type: "text", inputmode: "decimal", value, "aria-label": label });
  Object.assign(field.style, {
    left: `${(column + 0.5) * cell - WIDTH / 2}px`,
    top: `${row * cell}px`,
    width: `${WIDTH}px`,
    height: `${Math.max(LOWEST, cell)}px`,
  });
  return field;
}

/** The number that a text means, null for none. */
function numberIn(text) {
  const number = read(text.replace(",", "."));
  return text.trim() && Number.isFinite(number) ? number : null;
}
