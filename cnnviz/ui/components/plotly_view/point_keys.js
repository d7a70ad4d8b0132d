// The points of a chart by the keyboard: an arrow key goes to the nearest point in its direction.

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Let the arrow keys go from point to point of a chart that is drawn.
 * @param {HTMLElement} chart
 * @param {object} options
 * @param {(row: number, place: { clientX: number, clientY: number }) => void} options.onPoint a point is pointed at
 * @param {(row: number) => void} options.onChoose it is chosen, with Enter or the space bar
 * @param {() => void} options.onLeave none is
 */
export function listenToKeys(chart, { onPoint, onChoose, onLeave }) {
  let now = null; // the point that is pointed at
  chart.addEventListener("keydown", (event) => {
    if (event.target !== chart) return;
    const isChoice = event.key === "Enter" || event.key === " ";
    if (isChoice && now) onChoose(now.row);
    else if (DIRECTIONS[event.key]) {
      const points = pointsOf(chart);
      now = nearest(points, points.find(({ row }) => row === now?.row) ?? middle(chart), DIRECTIONS[event.key]);
      if (now) onPoint(now.row, now);
    } else return;
    event.preventDefault();
  });
  chart.addEventListener("blur", () => {
    now = null;
    onLeave();
  });
}

/** The points that have a row, with their places in the window. */
function pointsOf(chart) {
  const { left, top } = chart.getBoundingClientRect();
  const { xaxis, yaxis } = chart._fullLayout;
  return chart.calcdata
    .flat()
    .filter((point) => typeof point.data === "number")
    .map(({ x, y, data }) => ({
      row: data,
      clientX: left + xaxis._offset + xaxis.d2p(x),
      clientY: top + yaxis._offset + yaxis.d2p(y),
    }));
}

function middle(chart) {
  const { left, top, width, height } = chart.getBoundingClientRect();
  return { clientX: left + width / 2, clientY: top + height / 2 };
}

/** The nearest point that lies rather in a direction than beside it; the one itself where there is none. */
function nearest(points, from, [across, down]) {
  let [best, least] = [from.row === undefined ? points[0] : from, Infinity];
  for (const point of points) {
    const [x, y] = [point.clientX - from.clientX, point.clientY - from.clientY];
    const ahead = x * across + y * down;
    const beside = Math.abs(x * down) + Math.abs(y * across);
    const distance = ahead + 2 * beside;
    if (point.row !== from.row && ahead > 0 && beside <= ahead && distance < least) [best, least] = [point, distance];
  }
  return best;
}
