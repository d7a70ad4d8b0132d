// Numbers as they are written on the screen, with a true minus sign.

/**
 * At most three decimals.
 * @param {number} number
 * @returns {string}
 */
export function written(number) {
  if (number === Infinity) return "∞";
  if (!Number.isFinite(number)) return number < 0 ? "−∞" : "?";
  const size = Math.abs(number);
  if (size >= 1e7 || (size > 0 && size < 5e-4)) return signed(number.toExponential(1)).replace("e+", "e");
  const rounded = size >= 1000 ? Math.round(number) : Number(number.toFixed(3));
  return signed(String(rounded === 0 ? 0 : rounded));
}

/**
 * Four significant digits.
 * @param {number} number
 * @returns {string}
 */
export const precise = (number) => (number === 0 ? "0" : signed(String(Number(number.toPrecision(4)))));

/**
 * A whole number with separators of thousands.
 * @param {number} number
 * @returns {string}
 */
export const grouped = (number) => number.toLocaleString("en");

/**
 * What is written of a number, in brackets when it is negative.
 * @param {string} text
 * @returns {string}
 */
export const bracketed = (text) => (text.startsWith("−") ? `(${text})` : text);

/**
 * The sign between an expression and its value: ≈ when one of the numbers in it is rounded by `written`.
 * @param {number[]} numbers
 * @returns {"=" | "≈"}
 */
export const equals = (numbers) => (numbers.some(isRounded) ? "≈" : "=");

/**
 * The number, or the nearer end of the range from 0 to `most`.
 * @param {number} number
 * @param {number} most
 * @returns {number}
 */
export const clamp = (number, most) => Math.max(0, Math.min(most, number));

const signed = (text) => text.replaceAll("-", "−");

const isRounded = (number) => Math.abs(number - Number(written(number).replaceAll("−", "-"))) > 1e-9;
