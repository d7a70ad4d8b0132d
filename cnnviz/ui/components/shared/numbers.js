// Numbers as they are written on the screen, with a true minus sign.

const FEWEST_DECIMALS = 3;
const MOST_DECIMALS = 12;
const LARGEST = 1e12; // that is written in plain digits
const NOISE = 1e-9; // share of the largest of some numbers below which another is rounding
const LARGEST_DENOMINATOR = 1024;

/**
 * At most three decimals, and five digits where there are four before the point.
 * @param {number} number
 * @returns {string}
 */
export function written(number) {
  if (number === Infinity) return "∞";
  if (!Number.isFinite(number)) return number < 0 ? "−∞" : "?";
  const size = Math.abs(number);
  if (size >= 1e7 || (size > 0 && size < 5e-4)) return signed(number.toExponential(1)).replace("e+", "e");
  const rounded = Number(size >= 1000 ? number.toFixed(size < 10_000 ? 1 : 0) : number.toFixed(3));
  return signed(String(rounded === 0 ? 0 : rounded));
}

/**
 * The number, or zero where it is so small beside another that it can only be rounding.
 * @param {number} number
 * @param {number} largest of those that it stands among
 * @returns {number}
 */
export const withoutNoise = (number, largest) => (Math.abs(number) < NOISE * largest ? 0 : number);

/**
 * Four significant digits.
 * @param {number} number
 * @returns {string}
 */
export const precise = (number) => (number === 0 ? "0" : signed(String(Number(number.toPrecision(4)))));

/**
 * A fixed number of decimals.
 * @param {number} number
 * @param {number} decimals
 * @returns {string}
 */
export const fixed = (number, decimals) => signed(number.toFixed(decimals));

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
 * As `written`; a number that this rounds is written as a fraction where it is one, such as 1/9.
 * @param {number} number
 * @returns {string}
 */
export function numeral(number) {
  const text = written(number);
  return isSame(number, read(text)) ? text : (fraction(number) ?? text);
}

/** A number as a fraction, null where it is none with a small denominator. */
function fraction(number) {
  for (let below = 1; below <= LARGEST_DENOMINATOR; below++) {
    const above = Math.round(number * below);
    if (isSame(above / below, number)) return signed(below === 1 ? `${above}` : `${above}/${below}`);
  }
  return null;
}

/**
 * The number that a text on the screen says.
 * @param {string} text
 * @returns {number}
 */
export function read(text) {
  const [above, below = "1"] = text.replaceAll("−", "-").replace("∞", "Infinity").split("/");
  return Number(above) / Number(below);
}

/**
 * @typedef {object} Equation
 * @property {string[]} numbers
 * @property {"=" | "≈"} equals
 * @property {string} result
 */

/**
 * An equation that is true as it is written: what is computed of the rounded numbers is the rounded result, to its last
 * digit. All have the same decimals, and more of them where fewer would not do; in a product the factors may have more.
 * @param {number[]} numbers
 * @param {number} result
 * @param {(...numbers: number[]) => number} compute
 * @param {{ digits?: number, more?: number }} [options] digits of each number, at least; decimals that the numbers may have
 * more than the result
 * @returns {Equation}
 */
export function equation(numbers, result, compute, { digits = 3, more = 0 } = {}) {
  const all = [...numbers, result];
  for (let decimals = decimalsFor(all, digits); decimals <= MOST_DECIMALS; decimals++) {
    const last = plain(result, decimals);
    for (let extra = 0; extra <= more; extra++) {
      const texts = numbers.map((number) => plain(number, decimals + extra));
      const value = compute(...texts.map(read));
      if (plain(value, decimals) === last) return { numbers: texts, equals: sign(value, read(last)), result: last };
    }
  }
  const fractions = all.map(fraction); // thirds: however many digits, 0.333 + 0.333 is not 0.667
  if (!fractions.includes(null)) return { numbers: fractions.slice(0, -1), equals: "=", result: fractions.at(-1) };
  return { numbers: numbers.map(written), equals: "≈", result: written(result) };
}

/**
 * The sign between what is computed of written numbers and what is written for it.
 * @param {number} value
 * @param {number} said
 * @returns {"=" | "≈"}
 */
export const sign = (value, said) => (isSame(value, said) ? "=" : "≈");

/** Decimals with which each of some numbers has its digits; more than there may be when it is too large or too small. */
function decimalsFor(numbers, digits) {
  const largest = Math.max(...numbers.map(Math.abs));
  if (!(largest < LARGEST)) return Infinity;
  const counted = numbers.filter((number) => number && Math.abs(number) >= NOISE * largest);
  const needed = counted.map((number) => digits - 1 - Math.floor(Math.log10(Math.abs(number))));
  return Math.max(FEWEST_DECIMALS, ...needed);
}

/** Plain digits, without zeros at the end. */
function plain(number, decimals) {
  const text = number.toFixed(decimals).replace(/\.?0+$/, "");
  return signed(text === "-0" ? "0" : text);
}

/**
 * The number, or the nearer end of the range from 0 to `most`.
 * @param {number} number
 * @param {number} most
 * @returns {number}
 */
export const clamp = (number, most) => Math.max(0, Math.min(most, number));

const signed = (text) => text.replaceAll("-", "−");

const isSame = (first, second) =>
  first === second || Math.abs(first - second) <= 1e-13 * Math.max(1, Math.abs(first), Math.abs(second));
