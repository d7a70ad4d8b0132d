// Where the arrow keys lead among the maps: up and down in a column, left and right to what stands at the same height.

const SAME_COLUMN = 30; // px aside, within which a map stands below another one

/**
 * @typedef {{ box: { x: number, y: number, width: number, height: number }, column: number }} Item
 * @param {Item[]} items
 * @param {Item} from
 * @param {string} key
 * @returns {Item | undefined} none where the key leads nowhere
 */
export function beside(items, from, key) {
  const own = items.filter(({ column }) => column === from.column);
  switch (key) {
    case "ArrowUp":
      return nearest(
        own.filter(({ box }) => box.y < from.box.y - 1),
        from,
        belowEachOther,
      );
    case "ArrowDown":
      return nearest(
        own.filter(({ box }) => box.y > from.box.y + 1),
        from,
        belowEachOther,
      );
    case "ArrowLeft":
      return sideways(items, from, -1);
    case "ArrowRight":
      return sideways(items, from, 1);
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default:
      return undefined;
  }
}

/** Within the row of a column, else in the next column. */
function sideways(items, from, way) {
  const ahead = items.filter(({ box }) => (box.x - from.box.x) * way > 1);
  const own = ahead.filter(({ column, box }) => column === from.column && Math.abs(box.y - from.box.y) < 2);
  if (own.length) return nearest(own, from, besideEachOther);
  const columns = ahead.map(({ column }) => column).filter((column) => column !== from.column);
  const next = way > 0 ? Math.min(...columns) : Math.max(...columns);
  const others = ahead.filter(({ column }) => column === next);
  return nearest(others, from, besideEachOther);
}

const belowEachOther = ({ down, aside }) => [aside > SAME_COLUMN ? aside + 1000 : 0, down];
const besideEachOther = ({ down, aside }) => [down, aside];

/** The nearest of some items by two distances, the first one first. */
function nearest(items, from, order) {
  const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
  const [x, y] = middle(from.box);
  const distance = ({ box }) => {
    const [otherX, otherY] = middle(box);
    return order({ down: Math.abs(otherY - y), aside: Math.abs(otherX - x) });
  };
  const compare = (a, b) => {
    const [first, second] = [distance(a), distance(b)];
    return first[0] - second[0] || first[1] - second[1];
  };
  return items.toSorted(compare)[0];
}
