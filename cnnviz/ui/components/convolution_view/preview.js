// The picture of settings that Python has not answered yet: while a slider moves, the browser works them out itself.
// Python's own numbers follow a moment later and take their place; a test holds both equal. Names are those of
// cnnviz.axis and cnnviz.convolution.

const range = (count) => [...Array(count).keys()];

/** `data` with some settings changed, such as {stride: [2, 2]}; null where they do not fit. */
function preview(data, changes) {
  const settings = { ...data.settings, ...changes };
  const axes = [0, 1].map((i) => axisOf(settings, i, insideOf(data, i)));
  if (axes.includes(null)) return null;
  const [rows, columns] = axes;
  const changed = { ...data, settings, rows, columns };
  changed.padded = paddedOf(data, changed);
  changed.uses = filled([rows.padded, columns.padded], (r, c) => rows.uses[r] * columns.uses[c]);
  changed.divisor = data.divisor && filled([rows.taps.length, columns.taps.length], (r, c) => rows.counts[r] * columns.counts[c]);
  return { ...changed, ...sumsOf(changed) };
}

/** Length of the input, and the position of its first cell, along an axis of what is drawn now. */
function insideOf(data, i) {
  const { frame } = i ? data.columns : data.rows;
  return { length: frame.filter((padding) => !padding).length, first: frame.indexOf(false) };
}

function axisOf(settings, i, { length }) {
  const [k, s, d] = [settings.window[i], settings.stride[i], settings.dilation[i]];
  const span = d * (k - 1) + 1;
  const [before, after] = frameOf(settings, i, span);
  if (settings.operation === "transposed") return transposedAxis(settings, i, { length, k, s, d, before });
  const padded = length + before + after;
  const most = { reflect: length - 1, circular: length }[settings.mode] ?? Infinity;
  const pooling = settings.operation.endsWith("pool");
  if (span > padded || Math.max(before, after) > Math.min(most, pooling ? Math.floor(k / 2) : Infinity)) return null;
  const room = (padded - span) / s;
  let output = (settings.ceil ? Math.ceil(room) : Math.floor(room)) + 1;
  if (settings.ceil && (output - 1) * s >= length + before) output -= 1;
  const taps = range(output).map((o) => range(k).map((j) => (s * o + d * j < padded ? s * o + d * j : -1)));
  const place = range(padded).map((position) => position - before);
  const frame = place.map((p) => p < 0 || p >= length);
  const sources = place.map((p) => sourceOf(settings.mode, p, length));
  const last = Math.max(...taps.flat());
  const counts = taps.map((row) => row.filter((tap) => tap >= 0 && (settings.countPadding || !frame[tap])).length);
  return { padded, taps, frame, sources, counts, unused: range(padded).filter((p) => p > last), uses: usesOf(taps, padded) };
}

function transposedAxis(settings, i, { length, k, s, d, before }) {
  const extra = settings.outputPadding[i];
  const output = (length - 1) * s - 2 * before + d * (k - 1) + extra + 1;
  if (extra >= Math.max(s, d) || output < 1) return null;
  const tap = (reach) => (reach % s === 0 && reach >= 0 && reach / s < length ? reach / s : -1);
  const taps = range(output).map((o) => range(k).map((j) => tap(o + before - d * j)));
  const uses = usesOf(taps, length);
  return { padded: length, taps, frame: Array(length).fill(false), sources: range(length), counts: [], uses, unused: range(length).filter((p) => !uses[p]) };
}

function usesOf(taps, padded) {
  const uses = Array(padded).fill(0);
  for (const tap of taps.flat()) if (tap >= 0) uses[tap] += 1;
  return uses;
}

/** Padding before and after; the odd one of "same" comes before. */
function frameOf({ padding }, i, span) {
  const reach = span - 1;
  return { valid: [0, 0], same: [reach - Math.floor(reach / 2), Math.floor(reach / 2)], full: [reach, reach] }[padding] ?? [padding[i], padding[i]];
}

function sourceOf(mode, place, length) {
  if (mode === "replicate") return Math.min(Math.max(place, 0), length - 1);
  if (mode === "circular") return ((place % length) + length) % length;
  if (mode === "reflect") return length - 1 - Math.abs(length - 1 - Math.abs(place));
  return place < 0 || place >= length ? -1 : place;
}

/** An array as unpack() makes it, from a function of its indices. */
function filled(shape, value) {
  const values = new Float64Array(shape.reduce((size, side) => size * side, 1));
  const array = { shape, values, at: (...index) => values[index.reduce((offset, k, axis) => offset * shape[axis] + k, 0)] };
  const index = shape.map(() => 0);
  for (let k = 0; k < values.length; k++) {
    let rest = k;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    values[k] = value(...index);
  }
  return array;
}

function paddedOf(data, { rows, columns }) {
  const [top, left] = [insideOf(data, 0).first, insideOf(data, 1).first];
  const blank = data.operation === "max_pool" ? -Infinity : 0;
  const value = (channel, r, c) => {
    const [row, column] = [rows.sources[r], columns.sources[c]];
    return row < 0 || column < 0 ? blank : data.padded.at(channel, top + row, left + column);
  };
  return filled([data.padded.shape[0], rows.padded, columns.padded], value);
}

/** Sums per channel, before and after the activation. */
function sumsOf(data) {
  const { rows, columns, reads, operation } = data;
  const size = [rows.taps.length, columns.taps.length];
  const slices = reads[0].length;
  const total = (channel, slice, row, column) => {
    let sum = operation === "max_pool" ? -Infinity : 0;
    rows.taps[row].forEach((top, i) =>
      columns.taps[column].forEach((left, j) => {
        if (top < 0 || left < 0) return;
        const value = data.padded.at(reads[channel][slice], top, left);
        sum = operation === "max_pool" ? Math.max(sum, value) : sum + value * (data.weights ? data.weights.at(channel, slice, i, j) : 1);
      }),
    );
    return sum;
  };
  const parts = filled([reads.length, slices, ...size], total);
  const sums = filled([reads.length, ...size], (channel, row, column) => {
    if (operation === "average_pool") return parts.at(channel, 0, row, column) / data.divisor.at(row, column);
    return range(slices).reduce((sum, slice) => sum + parts.at(channel, slice, row, column), data.bias[channel]);
  });
  const output = data.relu ? filled(sums.shape, (...place) => Math.max(0, sums.at(...place))) : null;
  return { sums, output, channelSums: data.channelSums ? parts : null };
}

// ---------------------------------------------------------------- the page's sliders

const SLIDERS = { stride: "stride", padding: "padding", dilation: "dilation", output_padding: "outputPadding", window: "window" };

/** Call changed({stride: [2, 2]}) whenever a slider of the page moves, even before it is let go, while `root` is shown. */
function watchSliders(root, changed) {
  const observer = new MutationObserver((mutations) => {
    if (!root.isConnected) return observer.disconnect();
    for (const { target } of mutations) {
      const key = target.matches("input[type=range]") && target.closest('[class*="st-key-"]')?.className.match(/st-key-([a-z_]+)_(rows|columns)/);
      if (key && key[1] in SLIDERS) changed({ [SLIDERS[key[1]]]: pairOf(key[1], key[2], Number(target.value)) });
    }
    return undefined;
  });
  observer.observe(document.body, { subtree: true, attributeFilter: ["aria-valuetext"] });
}

/** Both numbers of a setting; one slider stands for both while the axes are locked. */
function pairOf(name, axis, value) {
  const other = document.querySelector(`.st-key-${name}_${axis === "rows" ? "columns" : "rows"} input[type=range]`);
  const theirs = other ? Number(other.value) : value;
  return axis === "rows" ? [value, theirs] : [theirs, value];
}
