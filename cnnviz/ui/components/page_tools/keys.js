// What the keys of a page do. A key belongs to the control that has the focus, if that does something with it.

const START = ["pause", "resume", "start", "compute"]; // keys of buttons, the first one that can be pressed
const TYPED_INTO = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";
const PRESSED = "button, a, summary, [role=button], [role=radio], [role=checkbox], [role=switch], input[type=checkbox]";
const MOVED = "[role=slider], [role=application], [role=radiogroup], [role=radio], [role=tab], input[type=range]";

/**
 * Do what a key means, if it means something here.
 * @param {KeyboardEvent} event
 * @param {import("./page_tools.js").PageTools} tools
 */
export function act(event, tools) {
  if (event.defaultPrevented || event.altKey) return;
  const focused = focus();
  if (focused?.matches(TYPED_INTO) && !focused.matches("[type=range]")) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key === "z" && press(".st-key-tool_undo button")) event.preventDefault();
    return;
  }
  if (event.key === " " && focused?.matches(`${PRESSED}, ${MOVED}`)) return;
  if (event.key.startsWith("Arrow") && focused?.matches(MOVED)) return;
  if (KEYS[event.key]?.(tools)) event.preventDefault();
}

const KEYS = {
  " ": () => START.some((name) => press(`.st-key-${name} button`)) || press(".player [data-action=play]"),
  ArrowRight: () => press(".player [data-action=forward]"),
  ArrowLeft: () => press(".player [data-action=back]"),
  n: () => turn(1),
  p: () => turn(-1),
  f: () => toggleFullScreen(),
  Escape: (tools) => tools.leave(),
  "?": (tools) => tools.list(),
};

/** The element that has the focus, also inside a component. */
function focus() {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node;
}

/** Press the first button of that kind that can be pressed; whether there was one. */
function press(selector) {
  const button = everywhere(selector).find((one) => !one.disabled && one.getClientRects().length);
  button?.click();
  return Boolean(button);
}

/** Elements of the page and of its components. */
function everywhere(selector) {
  const hosts = [...document.querySelectorAll("[class*=st-key-] *")].filter((node) => node.shadowRoot);
  return [document, ...hosts.map((host) => host.shadowRoot)].flatMap((tree) => [...tree.querySelectorAll(selector)]);
}

/** The next lesson, or the one before. */
function turn(by) {
  const links = [...document.querySelectorAll("header a[href], [data-testid=stSidebarNav] a[href]")];
  const here = links.findIndex((link) => link.getAttribute("aria-current") === "page");
  const link = links[here + by];
  if (here >= 0) link?.click();
  return Boolean(link);
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
  return true;
}
