// What the learner does on the panels with pointer and keyboard.

import { edit } from "./editor.js";

/** Listen to the panels of a view. */
export function listen(view) {
  view.stage.addEventListener("pointermove", (event) => point(view, event));
  view.stage.addEventListener("pointerleave", () => leave(view));
  view.stage.addEventListener("click", (event) => click(view, event));
  view.stage.addEventListener("keydown", (event) => press(view, event));
}

/** The panel and the cell of it under the pointer, or null. */
function under(view, event) {
  const svg = event.target.closest("svg");
  const panel = view.panels.find(({ grid }) => grid.svg === svg);
  const cell = panel?.grid.under(event);
  return cell ? { panel, ...cell } : null;
}

function point(view, event) {
  const found = under(view, event);
  if (!found) leave(view);
  else if (found.panel.kind === "output" || found.panel.kind === "sum") pointAtResult(view, found);
  else pointAtSource(view, found);
}

/** On an output cell the kernel goes there, unless a cell is held or it plays. */
function pointAtResult(view, { panel, row, column }) {
  const { state } = view;
  if (state.pinned || view.player.playing) {
    leave(view);
    return;
  }
  const channel = panel.kind === "output" ? panel.channel : state.channel;
  const other = channel !== state.channel;
  if (!other && !state.pointed && !state.filling && state.row === row && state.column === column) return;
  Object.assign(state, { row, column, channel, pointed: null, filling: false });
  if (other) view.build();
  else view.mark();
}

/** On an input cell or a weight, what belongs to it is shown. */
function pointAtSource(view, { panel: { kind, channel, slice }, row, column }) {
  const { pointed } = view.state;
  const isSame =
    pointed?.kind === kind && pointed.channel === channel && pointed.row === row && pointed.column === column;
  if (isSame) return;
  view.state.pointed = { kind, channel, slice, row, column };
  view.mark();
}

function leave(view) {
  if (!view.state.pointed) return;
  view.state.pointed = null;
  view.mark();
}

/** A click on an output cell holds it there, a second one lets it go; a click on a weight changes it. */
function click(view, event) {
  const found = under(view, event);
  if (!found) return;
  const { panel, row, column } = found;
  if (panel.kind === "kernel") edit(view, panel, row, column);
  if (panel.kind !== "output") return;
  const { state } = view;
  const again = state.pinned && state.channel === panel.channel && state.row === row && state.column === column;
  view.player.pause();
  Object.assign(state, { channel: panel.channel, row, column, filling: false, pointed: null });
  view.hold(!again);
  view.build();
}

function press(view, event) {
  const panel = view.panels.find(({ grid }) => grid.svg === event.target);
  const act =
    panel && (panel.kind === "kernel" ? keyOnKernel(view, panel, event.key) : keyOnOutput(view, panel, event.key));
  if (!act) return;
  act();
  event.preventDefault();
}

/** What a key on an output does, or undefined. */
function keyOnOutput(view, { grid }, key) {
  const { state, player } = view;
  const goTo = ({ row, column }) => view.moveTo(row * grid.columns + column, { filling: false });
  const next = grid.beside(key, state);
  if (next) return () => goTo(next);
  return {
    Home: () => goTo({ row: 0, column: 0 }),
    End: () => goTo({ row: grid.rows - 1, column: grid.columns - 1 }),
    " ": () => (player.playing ? player.pause() : player.play()),
    Enter: () => pin(view, !state.pinned),
    Escape: () => pin(view, false),
  }[key];
}

function pin(view, pinned) {
  view.hold(pinned);
  view.mark();
}

/** What a key on a kernel does, or undefined; the first arrow key points at a weight, the next ones move. */
function keyOnKernel(view, panel, key) {
  const { state } = view;
  const isHere = state.pointed?.kind === "kernel" && state.pointed.slice === panel.slice;
  const here = isHere ? state.pointed : { row: 0, column: 0 };
  const next = panel.grid.beside(key, here);
  if (next) return () => pointAtSource(view, { panel, ...(state.pointed ? next : here) });
  return { Enter: () => edit(view, panel, here.row, here.column), Escape: () => leave(view) }[key];
}
