// The arithmetic of an output cell: gathered from the data, written with its numbers, and as a sentence to hear.

const MOST_SPOKEN = 12; // terms

/** Everything that an output cell reads, in the order in which it is written. */
function termsOf(data, channel, row, column) {
  const { rows, columns, padded, weights } = data;
  const terms = [];
  data.reads[channel].forEach((source, slice) =>
    rows.taps[row].forEach((top, i) =>
      columns.taps[column].forEach((left, j) => {
        if (top < 0 || left < 0) return;
        const weight = weights ? weights.at(channel, slice, i, j) : 1;
        const padding = rows.frame[top] || columns.frame[left];
        terms.push({ channel: source, i, j, row: top, column: left, value: padded.at(source, top, left), weight, padding });
      }),
    ),
  );
  return terms;
}

/** Output cells that read a position: [row, column] pairs. */
function fedBy({ rows, columns }, row, column) {
  const readers = (taps, position) => taps.flatMap((tap, k) => (tap.includes(position) ? [k] : []));
  return product(readers(rows.taps, row), readers(columns.taps, column));
}

/** Positions that one weight multiplies: [row, column] pairs. */
function multipliedBy({ rows, columns }, i, j) {
  const places = (taps, k) => [...new Set(taps.map((tap) => tap[k]))].filter((place) => place >= 0);
  return product(places(rows.taps, i), places(columns.taps, j));
}

const product = (rows, columns) => rows.flatMap((row) => columns.map((column) => [row, column]));
const bracketed = (number) => (number < 0 ? `(${written(number)})` : written(number));
const isRounded = (number) => Math.abs(number - Number(written(number).replaceAll("−", "-"))) > 1e-9;
const equals = (numbers) => (numbers.some(isRounded) ? "≈" : "=");
const isPooling = (data) => data.operation.endsWith("pool");

/** What the current cell shows: its terms, the sums per channel, the sum before the activation, and the result. */
function cellOf(data, { channel, row, column }) {
  const sum = data.sums.at(channel, row, column);
  const result = data.output ? data.output.at(channel, row, column) : sum;
  const sums = data.channelSums ? data.reads[channel].map((_, slice) => data.channelSums.at(channel, slice, row, column)) : [];
  return { terms: termsOf(data, channel, row, column), sums, sum, result, bias: data.bias[channel] };
}

function writeArithmetic({ data, state, root }, cell) {
  const target = root.querySelector(".arithmetic");
  Object.assign(target.dataset, { row: state.row, column: state.column, channel: state.channel, bias: cell.bias, sum: cell.sum, output: cell.result });
  const where = `Output ${data.reads.length > 1 ? `channel ${state.channel}, ` : ""}row ${state.row}, column ${state.column}`;
  const heading = element("div", "where", `${where}${state.pinned ? ", pinned" : ""}`);
  target.replaceChildren(heading, ...(isPooling(data) ? pooled(data, state, cell) : convolved(data, state, cell)));
  if (cell.terms.some((term) => term.padding)) target.append(element("div", "hint", paddingHint(data)));
  if (isMatrixProduct(data)) target.append(matrixProduct(data, state));
}

function paddingHint({ settings: { mode, operation } }) {
  if (operation === "max_pool") return "dotted: padding, which never wins";
  return mode === "zeros" ? "dotted: a zero of the padding" : `dotted: padding, a copy of the input (${mode})`;
}

/** The products in the shape of the kernel, the sum of each channel, the bias, the result. */
function convolved(data, { channel }, cell) {
  const blocks = data.reads[channel].map((source, k) => block(cell.terms.filter((t) => t.channel === source), cell.sums[k]));
  return [...blocks, element("div", "total", total(data, cell))];
}

function block(terms, sum) {
  if (!terms.length) return element("div", "hint", "No input cell reaches this place: only the bias is left.");
  const grid = element("div", "products");
  grid.style.setProperty("--columns", new Set(terms.map((term) => term.j)).size);
  grid.append(...terms.map((term, k) => termElement(term, k === 0)));
  if (sum === undefined) return grid;
  const whole = element("div", "channel-sum");
  whole.append(element("span", "", `channel ${terms[0].channel}`), grid, element("span", "", `${equals([sum])} ${written(sum)}`));
  return whole;
}

function termElement(term, first) {
  const node = element("span", term.padding ? "term padding" : "term");
  node.append(first ? "" : "+ ", element("span", "value", written(term.value)), "×", element("b", "", bracketed(term.weight)));
  return describe(node, term);
}

function describe(node, { channel, row, column, value, weight, padding }) {
  Object.assign(node.dataset, { channel, row, column, value, weight, padding });
  return node;
}

function total({ relu }, { terms, sums, sum, result, bias }) {
  const products = terms.reduce((whole, { value, weight }) => whole + value * weight, 0);
  const parts = sums.length ? sums.map(bracketed).join(" + ") : `sum ${written(products)}`;
  const linear = `${parts} + bias ${bracketed(bias)} ${equals([...sums, bias, sum])} ${written(sum)}`;
  return relu ? `${linear}, ReLU: max(0, ${written(sum)}) = ${written(result)}` : linear;
}

/** The values of a window, and what is made of them. */
function pooled(data, { row, column }, { terms, result }) {
  const largest = data.operation === "max_pool";
  const grid = element("div", "products");
  grid.style.setProperty("--columns", new Set(terms.map((term) => term.j)).size || 1);
  grid.append(
    ...terms.map((term, k) => {
      const node = element("span", term.padding ? "term padding" : "term");
      node.classList.toggle("winner", largest && term.value === result);
      node.append(k && !largest ? "+ " : "", element("span", "value", written(term.value)));
      return describe(node, term);
    }),
  );
  return [grid, element("div", "total", largest ? `largest = ${written(result)}` : mean(data, row, column, terms, result))];
}

function mean(data, row, column, terms, result) {
  const sum = terms.reduce((whole, { value }) => whole + value, 0);
  return `sum ${written(sum)} / ${data.divisor.at(row, column)} ${equals([sum, result])} ${written(result)}`;
}

// ---------------------------------------------------------------- 1x1: a matrix times the channels of a pixel

function isMatrixProduct({ operation, weights, padded, bias }) {
  return operation === "convolution" && weights.shape[2] * weights.shape[3] === 1 && padded.shape[0] * bias.length > 1;
}

function matrixProduct(data, { row, column }) {
  const [inputs, outputs] = [[...Array(data.padded.shape[0]).keys()], data.reads.map((_, channel) => channel)];
  const weight = (o, c) => (data.reads[o].includes(c) ? data.weights.at(o, data.reads[o].indexOf(c), 0, 0) : 0);
  const [top, left] = [data.rows.taps[row][0], data.columns.taps[column][0]];
  const whole = element("div", "product");
  whole.append(
    element("span", "", "All channels of this pixel at once:"),
    matrix(outputs.map((o) => inputs.map((c) => weight(o, c)))),
    "×",
    matrix(inputs.map((c) => [data.padded.at(c, top, left)])),
    "+",
    matrix(data.bias.map((bias) => [bias])),
    "=",
    matrix(outputs.map((o) => [data.sums.at(o, row, column)])),
  );
  return whole;
}

function matrix(rows) {
  const node = element("span", "matrix");
  node.style.gridTemplateColumns = `repeat(${rows[0].length}, auto)`;
  node.append(...rows.flat().map((value) => element("span", "entry", written(value))));
  return node;
}

// ---------------------------------------------------------------- words

function note({ data, state: { pointed } }) {
  if (!pointed) return "";
  const { kind, row, column } = pointed;
  if (kind === "kernel") {
    const cells = plural(multipliedBy(data, row, column).length, "cell");
    return `Weight row ${row}, column ${column} multiplies ${cells} of the input: it is shared. Click to change it.`;
  }
  return `${placeName(data, row, column)} feeds ${plural(fedBy(data, row, column).length, "output cell")}.`;
}

function placeName({ rows, columns }, row, column) {
  const [r, c] = [rows.sources[row], columns.sources[column]];
  if (r < 0 || c < 0) return "This padding cell";
  const name = `row ${r}, column ${c}`;
  return rows.frame[row] || columns.frame[column] ? `This padding cell, a copy of input ${name},` : `Input ${name}`;
}

function spoken({ data, state }, cell) {
  const { terms, sums, sum, result, bias } = cell;
  const place = `Output ${data.reads.length > 1 ? `channel ${state.channel}, ` : ""}row ${state.row}, column ${state.column}: `;
  const named = ({ value, padding }) => `${padding ? "padding " : ""}${written(value)}`;
  const values = terms.map(named).join(", ");
  if (data.operation === "max_pool") return `${place}the largest of ${values}, is ${written(result)}.`;
  if (data.operation === "average_pool") return `${place}the sum of ${values}, divided by ${data.divisor.at(state.row, state.column)}, is ${written(result)}.`;
  const products = terms.map((term) => `${named(term)} times ${written(term.weight)}`);
  const long = terms.length > MOST_SPOKEN && sums.length;
  const parts = long ? sums.map((part, k) => `channel ${data.reads[state.channel][k]} gives ${written(part)}`) : products;
  const bent = data.relu ? ` is ${written(sum)}, after ReLU ${written(result)}.` : ` is ${written(result)}.`;
  return `${place}${parts.join(", plus ")}, plus bias ${written(bias)},${bent}`;
}
