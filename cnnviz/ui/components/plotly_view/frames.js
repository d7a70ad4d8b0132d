// Positions of the points of a chart over time.

/** The frames of one chart: `points` positions each, x and y in turn. */
export class Frames {
  /**
   * Fetch the numbers of all frames, once per address.
   * @param {{ url: string, points: number } | null} frames
   */
  async fetch(frames) {
    if (!frames || this.url === frames.url) return;
    const answer = await fetch(new URL(frames.url, document.baseURI));
    this.positions = new Float32Array(await answer.arrayBuffer());
    this.points = frames.points;
    this.url = frames.url;
  }

  /**
   * Places of every trace's points in a frame. A row id stands for its point, a list of ids for their median.
   * @param {(undefined | (number | number[])[])[]} traces row ids of the points of each trace
   * @param {number} frame
   */
  coordinates(traces, frame) {
    const start = frame * this.points;
    const at = (axis) => (row) => this.positions[2 * (start + row) + axis];
    const along = (axis) => (row) => (Array.isArray(row) ? median(row.map(at(axis))) : at(axis)(row));
    const place = (axis) => traces.map((rows) => rows && Array.from(rows, along(axis)));
    return { x: place(0), y: place(1) };
  }

  /**
   * Ranges of both axes that hold the points of a frame and of those after it, with a margin.
   * @param {number} frame
   * @returns {[number, number][]}
   */
  extent(frame) {
    const positions = this.positions.subarray(2 * frame * this.points);
    return [0, 1].map((axis) => {
      const along = positions.filter((_, i) => i % 2 === axis);
      const [low, high] = [along.reduce((a, b) => Math.min(a, b)), along.reduce((a, b) => Math.max(a, b))];
      const margin = 0.06 * (high - low) || 1;
      return [low - margin, high + margin];
    });
  }
}

function median(list) {
  const sorted = list.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
