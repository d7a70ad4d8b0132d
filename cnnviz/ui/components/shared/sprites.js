// Tiles of a sprite sheet: many small square images in one picture, so that they cost one request.

/** Side of a tile on the screen, px. */
export const TILE = 84;

/**
 * Show one image of a sheet on an element of TILE x TILE px.
 * @param {HTMLElement} node
 * @param {{ url: string, columns: number }} sheet
 * @param {number} index
 */
export function showTile(node, { url, columns }, index) {
  const [row, column] = [Math.floor(index / columns), index % columns];
  node.style.backgroundImage = `url(${new URL(url, document.baseURI).href})`;
  node.style.backgroundSize = `${columns * TILE}px auto`;
  node.style.backgroundPosition = `${-column * TILE}px ${-row * TILE}px`;
}
