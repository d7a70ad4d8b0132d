// Sentences on the screen. A template is the English sentence; values stand in it as {name}. The module of
// translations is written by modules.py.

import translations from "./catalogue.js";

/**
 * A sentence.
 * @param {string} template
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(template, values = {}) {
  return fill(translations[template] ?? template, values);
}

/**
 * A sentence about a number of things, which stands in it as {count}.
 * @param {string} one template for one thing
 * @param {string} many template for any other number
 * @param {number} count
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function sayCount(one, many, count, values = {}) {
  const forms = translations[one] ?? [one, many];
  return fill(count === 1 ? forms[0] : forms.at(-1), { count, ...values });
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
