// Tiles of a sprite sheet: many small square images in one picture, so that they cost one request.

const SIDE = "var(--side, 84px)"; // of a tile on the screen

/**
 * Show one image of a sheet on an element whose sides are as long as a style sheet says by `--side`.
 * @param {HTMLElement} node
 * @param {{ url: string, columns: number }} sheet
 * @param {number} index
 */
export function showTile(node, { url, columns }, index) {
  const [row, column] = [Math.floor(index / columns), index % columns];
  node.style.backgroundImage = `url(${new URL(url, document.baseURI).href})`;
  node.style.backgroundSize = `calc(${columns} * ${SIDE}) auto`;
  node.style.backgroundPosition = `calc(${-column} * ${SIDE}) calc(${-row} * ${SIDE})`;
}
