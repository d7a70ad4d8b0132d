// Buttons and a slider that play through numbered frames.

import { element } from "./dom.js";
import { say } from "./language.js";
import { clamp } from "./numbers.js";

const PLAY = '<svg viewBox="0 0 14 14" aria-hidden="true"><path d="M2 0 L14 7 L2 14 Z"/></svg>';
const PAUSE = '<svg viewBox="0 0 14 14" aria-hidden="true"><path d="M1 0h4v14H1zM9 0h4v14H9z"/></svg>';

/** Frames from 0 to `last`; put `root` into the page. */
export class Player {
  #before = 0; // time of the tick before, ms
  #owed = 0; // part of a frame for which time has passed
  #request = 0;

  /**
   * @param {object} options
   * @param {string} options.label of the slider
   * @param {boolean} [options.stepping] whether there are buttons for one step back and forward
   * @param {(frame: number) => void} options.onFrame called when the visitor or the clock goes to a frame
   * @param {(playing: boolean) => void} [options.onPlaying] called when it begins and ends to play
   */
  constructor({ label, stepping = false, onFrame, onPlaying = () => {} }) {
    Object.assign(this, { onFrame, onPlaying, frame: 0, last: 0, speed: 1, playing: false });
    this.button = element("button", { type: "button", "data-action": "play", title: say("Play or pause") });
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
    this.slider = element("input", { class: "position", type: "range", min: 0, max: 0, "aria-label": label });
    this.slider.oninput = () => this.#goTo(Number(this.slider.value));
    this.output = element("output", { hidden: "" });
    const middle = stepping ? [this.#stepButton(-1), this.button, this.#stepButton(1)] : [this.button];
    this.root = element("div", { class: "player" }, ...middle, this.slider, this.output);
    this.#showButton();
  }

  /** @param {number} last number of the last frame; a frame beyond it is left */
  setLast(last) {
    this.last = last;
    this.slider.max = last;
    this.frame = Math.min(this.frame, last);
  }

  /**
   * Show that a frame is on the screen.
   * @param {number} frame
   * @param {string} [text] what it is
   */
  show(frame, text = "") {
    this.frame = frame;
    this.slider.value = frame;
    this.output.hidden = !text;
    this.output.textContent = text;
    if (text) this.slider.setAttribute("aria-valuetext", text);
  }

  /** Play to the last frame; from there, begin again. */
  play() {
    this.playing = true;
    this.#showButton();
    this.onPlaying(true);
    this.onFrame(this.frame >= this.last ? 0 : this.frame);
    this.#before = performance.now();
    this.#owed = 0;
    this.#wait();
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.#request);
    this.playing = false;
    this.#showButton();
    this.onPlaying(false);
  }

  #wait() {
    this.#request = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now) {
    this.#owed += ((now - this.#before) * this.speed) / 1000;
    this.#before = now;
    const due = Math.floor(this.#owed);
    if (due > 0) {
      this.#owed -= due;
      this.onFrame(Math.min(this.frame + due, this.last));
    }
    if (this.frame >= this.last) this.pause();
    else this.#wait();
  }

  #goTo(frame) {
    this.pause();
    this.onFrame(clamp(frame, this.last));
  }

  #stepButton(step) {
    const [action, sign, name] = step < 0 ? ["back", "‹", say("Step back")] : ["forward", "›", say("Step")];
    const attributes = { type: "button", "data-action": action, "aria-label": name, title: name };
    const button = element("button", attributes, sign);
    button.onclick = () => this.#goTo(this.frame + step);
    return button;
  }

  #showButton() {
    this.button.innerHTML = this.playing ? PAUSE : PLAY;
    this.button.setAttribute("aria-label", this.playing ? say("Pause") : say("Play"));
  }
}

/**
 * A choice of speeds for a player, to be put into its root.
 * @param {Player} player
 * @param {number[]} speeds frames per second
 * @param {string} label
 * @returns {HTMLElement}
 */
export function speedChoice(player, speeds, label) {
  const options = speeds.map((speed) => element("option", { value: speed }, say("{speed} / s", { speed })));
  const choice = element("select", { class: "speed", "aria-label": label, title: label }, ...options);
  choice.value = player.speed;
  choice.onchange = () => {
    player.speed = Number(choice.value);
  };
  return choice;
}
