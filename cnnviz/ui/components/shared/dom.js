// Elements of the page and of drawings.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  return furnished(document.createElement(tag), attributes, children);
}

/**
 * An element of an SVG drawing.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(string | Node)} children
 * @returns {SVGElement}
 */
export function shape(tag, attributes = {}, ...children) {
  return furnished(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * The pieces of a text; those between ** and ** are strong.
 * @param {string} text
 * @returns {(string | Node)[]}
 */
export function withStrong(text) {
  return text.split("**").map((piece, k) => (k % 2 ? element("b", {}, piece) : piece));
}

function furnished(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
