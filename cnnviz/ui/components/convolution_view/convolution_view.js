// A convolution that answers to the pointer. All numbers come from Python, see drawing() there; while a slider moves,
// shared/convolution.js works out what Python will answer. `state` is what the learner points at.

import { unpack } from "../shared/arrays.js";
import { cellOf, imageOf, operate } from "../shared/convolution.js";
import { element } from "../shared/dom.js";
import { say } from "../shared/language.js";
import { clamp } from "../shared/numbers.js";
import { Player, speedChoice } from "../shared/player.js";
import { writeArithmetic } from "./arithmetic.js";
import { listen } from "./gestures.js";
import { marksOf } from "./marks.js";
import { drawPanels } from "./panels.js";
import { watchSliders } from "./streamlit_sliders.js";
import { note, spoken } from "./words.js";

const PATIENCE = 3000; // ms: what Python has not answered by then it will not
const SPEEDS = [2, 6, 30, 60]; // stops per second
const ARRAYS = ["padded", "applied", "uses", "channel_sums", "divisor", "sums", "output"];

/** @param {import("../shared/loader.js").Call} call */
export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  parentElement.view ??= new ConvolutionView(parentElement.querySelector(".convolution-view"), data.pinned);
  const { view } = parentElement;
  Object.assign(view, { setStateValue, setTriggerValue });
  view.answer(operationOf(data));
  return () => view.player.pause();
}

/** @returns {import("../shared/convolution.js").Operation} */
function operationOf(data) {
  const operation = { ...data };
  for (const name of ARRAYS) operation[name] = unpack(data[name]);
  operation.output ??= operation.sums;
  return operation;
}

export class ConvolutionView {
  /**
   * @param {HTMLElement} root
   * @param {[number, number, number] | null} pinned channel, row and column of the cell that is held at first
   */
  constructor(root, pinned) {
    const [channel, row, column] = pinned ?? [0, 0, 0];
    this.root = root;
    this.state = { channel, row, column, pinned: Boolean(pinned), filling: false, pointed: null, counting: false };
    this.asked = {}; // settings that Python has not heard of yet
    this.panels = [];
    this.found = {}; // the room of the panels that were drawn last, see drawPanels
    this.#furnish();
    listen(this);
    watchSliders(root, (changes) => this.ask(changes));
    new ResizeObserver(() => {
      if (this.data) this.build();
    }).observe(this.stage);
  }

  #furnish() {
    const part = (name) => element("div", { class: name });
    [this.stage, this.board] = ["stage", "board"].map(part);
    [this.channels, this.equals, this.results] = ["channels", "glyph equals", "result"].map(part);
    this.equals.setAttribute("aria-hidden", "true");
    this.board.append(this.channels, this.equals, this.results);
    this.stage.append(this.board);
    [this.arithmetic, this.note, this.spoken] = ["arithmetic", "note", "spoken"].map(part);
    const scrolls = { role: "group", tabindex: "0", "aria-label": say("How the number comes about") };
    for (const [name, value] of Object.entries(scrolls)) this.arithmetic.setAttribute(name, value);
    this.spoken.setAttribute("aria-live", "polite");
    this.root.append(this.stage, this.arithmetic, this.note, this.#makePlayer().root, this.spoken);
  }

  #makePlayer() {
    this.player = new Player({
      label: say("Position of the kernel"),
      stepping: true,
      onFrame: (stop) => this.moveTo(stop, { filling: true }),
      onPlaying: (playing) => this.#playing(playing),
    });
    this.player.speed = 6;
    const title = say("How many cells of an output map read each cell of the input");
    this.usesButton = element("button", { type: "button", "aria-pressed": "false", title }, say("Uses"));
    this.usesButton.onclick = () => this.count();
    this.player.root.append(speedChoice(this.player, SPEEDS, say("Stops per second")), this.usesButton);
    return this.player;
  }

  #playing(playing) {
    if (playing) this.state.pinned = false;
    else this.mark();
  }

  /** Python's answer. */
  answer(operation) {
    this.answered = operation;
    this.#show();
    this.root.dataset.answers = Number(this.root.dataset.answers ?? 0) + 1;
  }

  /** A slider has moved: show what Python will answer. */
  ask(changes) {
    if (!this.answered) return;
    for (const [name, value] of Object.entries(changes)) this.asked[name] = { value, time: Date.now() };
    this.#show();
  }

  /** What the sliders say, as far as Python has not answered it yet; null when it has, or when it does not fit. */
  #foreseen() {
    const { settings } = this.answered;
    const isOpen = ([name, { value, time }]) =>
      String(settings[name]) !== String(value) && Date.now() - time < PATIENCE;
    this.asked = Object.fromEntries(Object.entries(this.asked).filter(isOpen));
    const changes = Object.fromEntries(Object.entries(this.asked).map(([name, { value }]) => [name, value]));
    if (!Object.keys(changes).length) return null;
    return operate({ ...this.answered, image: imageOf(this.answered), settings: { ...settings, ...changes } });
  }

  /** Draw the operation, with the state as far as it still means something. */
  #show() {
    this.data = this.#foreseen() ?? this.answered;
    const { state } = this;
    const [channels, rows, columns] = this.data.sums.shape;
    state.channel = clamp(state.channel, channels - 1);
    state.row = clamp(state.row, rows - 1);
    state.column = clamp(state.column, columns - 1);
    state.pointed = null;
    this.player.setLast(rows * columns - 1);
    this.build();
  }

  /** All panels anew: after new data, in another window, or for another output channel. The keyboard stays where it is. */
  build() {
    const focused = this.panels.find(({ grid }) => grid.svg.matches(":focus"));
    drawPanels(this);
    this.mark();
    const isSame = (panel) => ["kind", "channel", "slice"].every((key) => panel[key] === focused[key]);
    if (focused) this.panels.find(isSame)?.grid.svg.focus({ preventScroll: true });
  }

  /** What the state points at, drawn over the panels and said in words. */
  mark() {
    const { data, state, root, player } = this;
    const cell = cellOf(data, state);
    const reached = state.filling ? this.#stop : player.last;
    for (const panel of this.panels) {
      panel.grid.mark(marksOf(this, panel, cell.terms));
      if (panel.kind === "output" || panel.kind === "sum") panel.grid.reveal(reached);
    }
    root.classList.toggle("pinned", state.pinned);
    player.show(this.#stop);
    writeArithmetic(this.arithmetic, data, state, cell);
    this.note.textContent = note(data, state);
    if (!player.playing) this.spoken.textContent = note(data, state) || spoken(data, state, cell);
    root.dataset.draws = Number(root.dataset.draws ?? 0) + 1;
  }

  /** Number of the output cell, row by row. */
  get #stop() {
    return this.state.row * this.data.sums.shape[2] + this.state.column;
  }

  /** The kernel to its n-th stop; `filling` leaves the output after it blank. */
  moveTo(stop, { filling }) {
    const columns = this.data.sums.shape[2];
    Object.assign(this.state, { row: Math.floor(stop / columns), column: stop % columns, filling, pointed: null });
    this.mark();
  }

  /** Keep the output cell, or let it go. */
  hold(pinned) {
    const { state } = this;
    state.pinned = pinned;
    this.setStateValue("pinned", pinned ? [state.channel, state.row, state.column] : null);
  }

  /** The input shows how often each of its cells is used, or its numbers again. */
  count() {
    this.state.counting = !this.state.counting;
    this.usesButton.setAttribute("aria-pressed", this.state.counting);
    this.build();
  }
}
