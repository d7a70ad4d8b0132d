// The two scales of colours, the same on every page and in both themes. Signed numbers: red below zero, the page at zero, blue
// above. Pixels of an image: white at zero, black at the largest, like ink. `SIGNED` and `IMAGE` of cnnviz/figures/theme.py
// are these scales; a test holds them equal.

export const NEGATIVE = "#d2493a";
export const ZERO = "#ffffff";
export const POSITIVE = "#2f6fdb";
export const INK = "#20242c";
export const GREY = "#80848c"; // of lines, and of the cells of a padding

/**
 * The colour of a number, to be laid over that of zero.
 * @param {number} share of the number with the full colour, beyond -1..1 the colour stays full
 * @param {number} [strength] of the full colour, 0..1
 * @returns {string}
 */
export function signed(share, strength = 1) {
  return faded(share < 0 ? NEGATIVE : POSITIVE, Math.min(Math.abs(share), 1) * strength);
}

/**
 * The colour of a pixel of an image, to be laid over that of zero.
 * @param {number} share of the largest, 0..1
 * @param {number} [strength] of the full colour, 0..1
 * @returns {string}
 */
export function grey(share, strength = 1) {
  return faded(INK, Math.max(0, Math.min(share, 1)) * strength);
}

/**
 * A colour with some opacity.
 * @param {string} colour as #rrggbb
 * @param {number} opacity 0..1
 * @returns {string}
 */
export function faded(colour, opacity) {
  return `rgba(${channels(colour).join(", ")}, ${opacity})`;
}

/**
 * Red, green, blue and opacity of a pixel of an image.
 * @param {number} share of the largest, 0..1
 * @returns {[number, number, number, number]} 0..255
 */
export function greyPixel(share) {
  return [...BLACK.map((channel, k) => Math.round(WHITE[k] + (channel - WHITE[k]) * Math.min(share, 1))), 255];
}

/**
 * Red, green, blue and opacity of a signed number; the page shows through where it is zero.
 * @param {number} share of the number with the full colour
 * @returns {[number, number, number, number]} 0..255
 */
export function signedPixel(share) {
  return [...(share < 0 ? RED : BLUE), Math.round(255 * Math.min(Math.abs(share), 1)) || 0];
}

const channels = (colour) => [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
const [RED, WHITE, BLUE, BLACK] = [NEGATIVE, ZERO, POSITIVE, INK].map(channels);
