// The script that Streamlit runs of every component: it fetches the module of the component and hands the calls on.

const ADDRESS = "{address}"; // of the module, relative to the app; Python fills it in
const newest = new WeakMap(); // by parent element: the newest call

/** Of the calls that come while the module is on its way only the newest has something to draw. */
export default async function (call) {
  newest.set(call.parentElement, call);
  const { default: draw } = await import(new URL(ADDRESS, document.baseURI).href);
  return newest.get(call.parentElement) === call ? draw(call) : undefined;
}
