// The script that Streamlit runs of every component: it fetches the module of the component and hands the calls on.

const FOLDER = "{folder}"; // of all modules, relative to the app; Python fills these in
const MODULE = "{module}"; // of the component
const IMPORTED = "{imported}".match(/\S+/g) ?? []; // by it, at once or through another one
const newest = new WeakMap(); // by parent element: the newest call

const addressOf = (module) => new URL(`${FOLDER}/${module}`, document.baseURI).href;
// All are asked for now: a browser that first reads one to learn of the next waits for the server each time.
for (const module of IMPORTED) {
  document.head.append(
    Object.assign(document.createElement("link"), { rel: "modulepreload", href: addressOf(module) }),
  );
}

import(addressOf("shared/history.js")).catch(() => {}); // once per page; one that was left needs none

/**
 * @typedef {object} Call what Streamlit gives the script of a component, with every change of the data or the theme
 * @property {any} data what Python has sent
 * @property {ParentNode & { view?: any }} parentElement the same for all calls; a component keeps its view on it
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/**
 * Of the calls that come while the module is on its way only the newest has something to draw.
 * @param {Call} call
 * @returns {Promise<(() => void) | undefined>} what to do when the component leaves the page
 */
export default async function (call) {
  newest.set(call.parentElement, call);
  const { default: draw } = await import(addressOf(MODULE));
  return newest.get(call.parentElement) === call ? draw(call) : undefined;
}
