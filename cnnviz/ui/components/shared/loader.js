// The script that Streamlit runs of every component: it fetches the module of the component and hands the calls on.

const ADDRESS = "{address}"; // of the module, relative to the app; Python fills it in
const newest = new WeakMap(); // by parent element: the newest call

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
  const { default: draw } = await import(new URL(ADDRESS, document.baseURI).href);
  return newest.get(call.parentElement) === call ? draw(call) : undefined;
}
