// The page's own sliders, read from Streamlit's page: how it names a widget's place (class st-key-<key>), that a slider
// is an input of type range, and that it writes aria-valuetext while it moves, before it is let go. None of this is
// promised by Streamlit; a browser test holds it true.

/** The setting that a pair of sliders stands for, by the key of its widgets without _rows and _columns. */
const SETTINGS = {
  stride: "stride",
  padding: "padding",
  dilation: "dilation",
  output_padding: "output_padding",
  window: "kernel_size",
};

/**
 * Watch the sliders of the page while an element is in it.
 * @param {HTMLElement} root
 * @param {(changes: Record<string, [number, number]>) => void} onMove called with {stride: [2, 2]}
 */
export function watchSliders(root, onMove) {
  const observer = new MutationObserver((mutations) => {
    if (!root.isConnected) {
      observer.disconnect();
      return;
    }
    for (const { target } of mutations) {
      const [name, axis] = keyOf(target);
      if (name in SETTINGS) onMove({ [SETTINGS[name]]: pairOf(name, axis, Number(target.value)) });
    }
  });
  observer.observe(document.body, { subtree: true, attributeFilter: ["aria-valuetext"] });
}

/** Name and axis in the key of a slider. */
function keyOf(node) {
  const place = node.matches("input[type=range]") ? node.closest('[class*="st-key-"]') : null;
  return place?.className.match(/st-key-([a-z_]+)_(rows|columns)/)?.slice(1) ?? [];
}

/** Both numbers of a setting; one slider stands for both while the axes are locked. */
function pairOf(name, axis, value) {
  const others = axis === "rows" ? "columns" : "rows";
  const other = document.querySelector(`.st-key-${name}_${others} input[type=range]`);
  const theirs = other ? Number(other.value) : value;
  return axis === "rows" ? [value, theirs] : [theirs, value];
}
